"""Whether the queue has a piece of work in it, or somebody is at it."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

HEARTBEAT = timedelta(seconds=30)  # a worker that lives is heard of every ten


def is_queued(task_name: str, **arguments: object) -> bool:
    """A job in the queue, or taken by a worker that lives; one whose worker was killed is neither.

    With ``arguments`` only a job that was given them.
    """
    alive = Q(status="doing", worker__last_heartbeat__gt=timezone.now() - HEARTBEAT)
    found = ProcrastinateJob.objects.filter(Q(status="todo") | alive, task_name=task_name)
    return found.filter(args__contains=arguments).exists()
