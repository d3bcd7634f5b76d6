"""The benchmarks as an application, so that viewflow can name their flows."""

from django.apps import AppConfig


class BenchConfig(AppConfig):
    name = "tests.bench"
    label = "bench"
