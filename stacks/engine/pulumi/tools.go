//go:build tools

// Package pulumi keeps the Pulumi CLI among the requirements of this module, so that go.sum pins everything it
// is built from.
package pulumi

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
