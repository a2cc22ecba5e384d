"""Figures for Prometheus. Labels are routes, kinds and results, never people."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()

REQUESTS = Counter("swannery_requests_total", "Requests answered", ["method", "route", "status"], registry=REGISTRY)
SECONDS = Histogram("swannery_request_seconds", "Time to answer a request", ["route"], registry=REGISTRY)
STATEMENTS = Histogram(
    "swannery_request_statements", "SQL statements per request", ["route"], buckets=(0, 1, 2, 3, 4, 5, 6, 8, 12, 20, 50), registry=REGISTRY
)
JOBS = Counter("swannery_jobs_total", "Jobs run", ["job", "result"], registry=REGISTRY)
QUEUE_JOBS = Gauge("swannery_queue_jobs", "Jobs that wait, are being done, or were given up", ["status"], registry=REGISTRY)
QUEUE_OLDEST = Gauge("swannery_queue_oldest_seconds", "Age of the oldest job that waits", registry=REGISTRY)
FANOUT_LAG = Gauge("swannery_fanout_lag_seconds", "Age of a post when it reached the lists of those who may read it", registry=REGISTRY)
