from policies.compatibility.cmp016_limit_range_injects_no_gpu import RULE
from policies.engine import Resource
from tests.policies.cases import LATER, Cases, resource


def limits(**row: object) -> Resource:
    return resource(
        "kubernetes:core/v1:LimitRange",
        "limits",
        {"metadata": {"name": "limits"}, "spec": {"limits": [{"type": "Container", **row}]}},
    )


WRONG = (
    "limits.spec.limits[0].max: max is set for nvidia.com/gpu and default is not, so every container of the "
    "namespace asks for it"
)

CASES = Cases(
    rule=RULE,
    good={
        "no GPUs": [limits(max={"cpu": "8"})],
        "a default of none": [limits(max={"nvidia.com/gpu": "8"}, default={"nvidia.com/gpu": "0"})],
        "of pods": [limits(type="Pod", max={"nvidia.com/gpu": "8"})],
    },
    bad={"max alone": ([limits(max={"nvidia.com/gpu": "8"})], [WRONG])},
    unknown={
        "max from elsewhere": (
            [limits(max=LATER)],
            ["limits.spec.limits[0].max.amd.com/gpu", "limits.spec.limits[0].max.nvidia.com/gpu"],
        )
    },
    waived={"max alone": [limits(max={"nvidia.com/gpu": "8"})]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
