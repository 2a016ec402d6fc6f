"""What every site promises the components that are built on it."""

from pulumi import ProviderResource

from components.core import PlatformComponent, SiteFacts


class Site(PlatformComponent):
    """A place that resources go to: its provider, its whereabouts and its log keeping.

    Everything else at the site is built with ``parent=site`` and ``providers=site.providers``, so that no
    resource ever reaches an account that the platform file does not name.
    """

    facts: SiteFacts
    providers: list[ProviderResource]
    """The explicit providers of this site; none on-prem, where the cluster brings its own."""
