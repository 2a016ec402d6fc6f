"""Every EC2 instance type boots an image for its own architecture and accelerator."""

from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest

from components.cluster.images import ami_type


@pytest.mark.parametrize(
    ("instance_type", "image"),
    [
        ("m7i.xlarge", "AL2023_x86_64_STANDARD"),
        ("m7i-flex.large", "AL2023_x86_64_STANDARD"),
        ("c8a.large", "AL2023_x86_64_STANDARD"),
        ("i3en.large", "AL2023_x86_64_STANDARD"),
        ("u-6tb1.metal", "AL2023_x86_64_STANDARD"),
        ("g4ad.xlarge", "AL2023_x86_64_STANDARD"),
        ("m7g.xlarge", "AL2023_ARM_64_STANDARD"),
        ("c7gn.large", "AL2023_ARM_64_STANDARD"),
        ("r8gd.large", "AL2023_ARM_64_STANDARD"),
        ("im4gn.large", "AL2023_ARM_64_STANDARD"),
        ("is4gen.large", "AL2023_ARM_64_STANDARD"),
        ("x2gd.large", "AL2023_ARM_64_STANDARD"),
        ("hpc7g.4xlarge", "AL2023_ARM_64_STANDARD"),
        ("t4g.small", "AL2023_ARM_64_STANDARD"),
        ("a1.large", "AL2023_ARM_64_STANDARD"),
        ("g5.xlarge", "AL2023_x86_64_NVIDIA"),
        ("g4dn.xlarge", "AL2023_x86_64_NVIDIA"),
        ("g6e.xlarge", "AL2023_x86_64_NVIDIA"),
        ("gr6.4xlarge", "AL2023_x86_64_NVIDIA"),
        ("p4d.24xlarge", "AL2023_x86_64_NVIDIA"),
        ("p5en.48xlarge", "AL2023_x86_64_NVIDIA"),
        ("p6-b200.48xlarge", "AL2023_x86_64_NVIDIA"),
        ("g5g.xlarge", "AL2023_ARM_64_NVIDIA"),
        ("p6e-gb200.36xlarge", "AL2023_ARM_64_NVIDIA"),
        ("inf2.xlarge", "AL2023_x86_64_NEURON"),
        ("trn2.48xlarge", "AL2023_x86_64_NEURON"),
    ],
)
def test_the_image_fits_the_machine(instance_type: str, image: str) -> None:
    assert ami_type(instance_type) == image


def _enum(service: str, shape: str) -> Iterator[str]:
    model: Any = botocore.session.get_session().get_service_model(service)
    yield from model.shape_for(shape).enum


def test_every_instance_type_that_aws_has_gets_an_image_that_eks_has() -> None:
    images = set(_enum("eks", "AMITypes"))
    assert {ami_type(name) for name in _enum("ec2", "InstanceType")} <= images
