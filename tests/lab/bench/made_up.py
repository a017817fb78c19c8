# SPDX-License-Identifier: MIT
"""Made-up results, of a shape like the real ones, for the tests of what is made of them."""

SIPI = {"sipi-serial": 10.2, "sipi-parallel": 10.1}
# Milliseconds for two processors, and for each further one: (subject, method, accelerators).
SHAPES = {
    ("floor", "sipi-broadcast"): (0.02, 0.02),
    ("floor", "sipi-parallel"): (10.0, 0.02),
    ("none", "sipi-serial"): (10.1, 10.1),
    ("none", "sipi-parallel"): (10.1, 0.03),
    ("none", "sipi-broadcast"): (0.03, 0.03),
    ("ref", "hv-serial"): (0.2, 0.09),
    ("ref", "hv-fanout"): (0.2, 0.08),
    ("ref", "sipi-parallel"): (10.3, 0.1),
    ("ref", "sipi-broadcast"): (0.25, 0.1),
    ("boot-none", "bring-up"): (1.2, 0.1),
    ("boot-ref", "bring-up"): (9.0, 0.3),
    ("linux-6.1", "bring-up"): (90, 95),
    ("linux-6.1-tuned", "bring-up"): (23, 4.5),
    ("linux-6.12", "bring-up"): (85, 90),
    ("linux-6.12-tuned", "bring-up"): (20, 4),
    ("ovmf", "StartupAllAPs"): (10.4, 0.1),
}


def cpus(n: int) -> list[dict]:
    """A binary tree of starters: processor i starts 2i + 1 and 2i + 2."""
    unknown = {"started_by": None, "t_issued_ns": None, "t_first_ns": None}
    made = [{"apic_id": 0, **unknown, "t_online_ns": 0}]
    for i in range(1, n):
        at = 60_000 * i
        times = {"t_issued_ns": at, "t_first_ns": at + 150_000, "t_online_ns": at + 200_000}
        made.append({"apic_id": i, "started_by": (i - 1) // 2} | times)
    return made


def record(n: int, methods: dict[str, list[float]]) -> dict:
    """Of what the kernel says in mode=bench, what is used of it."""
    return {
        "methods": [
            {"name": name, "offered": True, "reason": "",
             "rounds": [{"total_ns": ns} for ns in rounds]}
            for name, rounds in methods.items()
        ],
        "cpus": cpus(n),
        "map_calls": 3,
        "bytes_per_processor": 6144,
    }


def results(
    ns=(2, 4, 8, 16, 64, 128, 255), boots: int = 2, accels=("single", "multi")
) -> list[dict]:
    made = []
    for boot in range(boots):
        for n in ns:
            for accel in accels:
                for subject in dict.fromkeys(subject for subject, _ in SHAPES):
                    methods = {
                        method: [
                            1e6 * (two + each * (n - 2)) * factor
                            for factor in (1.5, 1.0, 1.2 + boot)
                        ]
                        for (one, method), (two, each) in SHAPES.items()
                        if one == subject
                    }
                    result = {"subject": subject, "n": n, "accel": accel, "boot": boot}
                    result |= {"seconds": 4.0, "load": 0.5, "problem": "", "failed_before": []}
                    result |= {"methods": methods, "reasons": {}, "record": None}
                    if subject in ("none", "ref", "boot-ref"):
                        result["record"] = record(n, methods)
                    made.append(result)
    return made


def bench(plan: dict, **shape) -> dict:
    """A whole benchmark, with results=[...] or those of a shape."""
    made = shape["results"] if "results" in shape else results(**shape)
    return {
        "schema": "hvsmp-benchmark/1", "version": "v0", "began": "some day", "minutes": 12,
        "rounds": 3,
        "host": {"cpu": "a processor", "cores": 2}, "qemu": {"usual": "QEMU 0"}, "plan": plan,
        "image_bytes": 200 * 1024, "left_out": [], "results": made, "plots": [],
    }  # fmt: skip
