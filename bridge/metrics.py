"""The figures of a forum in the text format that Prometheus reads; names end in their unit."""

from collections.abc import Iterable
from datetime import datetime

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from store.figures import Figures

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Family = GaugeMetricFamily | CounterMetricFamily


def render_metrics(figures: Figures, now: datetime) -> bytes:
    """All figures, and those of the process."""
    registry = CollectorRegistry()
    registry.register(_Forum(figures, now))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


class _Forum(Collector):
    def __init__(self, figures: Figures, now: datetime) -> None:
        self._figures = figures
        self._now = now

    def collect(self) -> Iterable[Family]:
        figures = self._figures
        yield CounterMetricFamily(
            "manyvoices_accepted", "Deliveries that an edge has answered for.", figures.accepted
        )
        deliveries = GaugeMetricFamily(
            "manyvoices_deliveries", "Deliveries by what became of them.", labels=["outcome"]
        )
        for outcome, count in sorted(figures.deliveries.items()):
            deliveries.add_metric([outcome], count)
        yield deliveries
        yield GaugeMetricFamily(
            "manyvoices_oldest_waiting_seconds",
            "How long the mail that waits longest has not been handled.",
            get_waiting_seconds(figures, self._now),
        )
        yield GaugeMetricFamily("manyvoices_held", "Texts that wait for a moderator.", figures.held)
        outgoing = GaugeMetricFamily(
            "manyvoices_outgoing", "Recipients of outgoing mail by state.", labels=["state"]
        )
        for state, count in sorted(figures.outgoing.items()):
            outgoing.add_metric([state], count)
        yield outgoing
        subscriptions = GaugeMetricFamily(
            "manyvoices_subscriptions", "Subscriptions by language and state.", labels=["language", "state"]
        )
        for (language, state), count in sorted(figures.subscriptions.items()):
            subscriptions.add_metric([language, state], count)
        yield subscriptions


def get_waiting_seconds(figures: Figures, now: datetime) -> float:
    """The age of the mail that waits longest; 0 where none waits."""
    oldest = figures.oldest_waiting_at
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
