"""Alarms over metric math, which ministack refuses: it is given one over the first of their metrics.

What such an alarm reckons is not tried here; `end-to-end/test_template.py` holds its form.
"""

from collections.abc import Callable
from typing import Any

Function = Callable[..., Any]
Record = dict[str, Any]


def with_metric_math(create: Function) -> Function:
    """Wraps what creates an alarm of a stack."""

    def created(logical_id: str, properties: Record, *arguments: Any) -> Any:
        queries = properties.get("Metrics")
        if queries:
            first = next(query["MetricStat"] for query in queries if "MetricStat" in query)
            others = {name: value for name, value in properties.items() if name != "Metrics"}
            properties = others | first["Metric"] | {"Period": first["Period"], "Statistic": first["Stat"]}
        return create(logical_id, properties, *arguments)

    return created
