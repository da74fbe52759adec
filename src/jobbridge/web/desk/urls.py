"""Addresses of the desk pages."""

from django.urls import path

from jobbridge.web.desk import (
    cycle,
    file,
    groups,
    home,
    imports,
    indicators,
    ledger,
    linkage,
    messages,
    persons,
    posts,
    review,
    second,
    tasks,
)

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
    path("households/", ledger.households, name="households"),
    path("households/<int:pk>/", file.household, name="household"),
    path("households/<int:pk>/assign/", file.assign, name="assign"),
    path("persons/", persons.persons, name="persons"),
    path("persons/<int:pk>/", persons.person, name="person"),
    path("persons/<int:pk>/reveal/<str:field>/", persons.reveal, name="reveal"),
    path("groups/", groups.groups, name="groups"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("posts/", posts.posts, name="posts"),
    path("posts/<int:pk>/", posts.post, name="post"),
    path("messages/", messages.messages_page, name="messages"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<int:pk>/", imports.batch, name="import"),
    path("imports/<int:pk>/columns/", imports.columns, name="import_columns"),
    path("imports/<int:pk>/merge/", imports.merge, name="import_merge"),
    path("imports/<int:pk>/rows/<int:row>/decide/", imports.decide, name="import_decide"),
    path("imports/<int:pk>/cancel/", imports.cancel, name="import_cancel"),
    path("imports/<int:pk>/marked/", imports.marked, name="import_marked"),
    path("linkage/", linkage.pairs, name="linkage"),
    path("linkage/next/", linkage.more, name="linkage_next"),
    path("linkage/<int:pk>/decide/", review.decide, name="linkage_decide"),
    path("linkage/<int:pk>/undo/", review.undo, name="linkage_undo"),
    path("linkage/<int:pk>/ask/", review.ask, name="linkage_ask"),
    path("linkage/<int:pk>/reopen/", review.reopen, name="linkage_reopen"),
    path("linkage/second/", second.second, name="linkage_second"),
    path("linkage/second/<int:pk>/", second.settle, name="linkage_settle"),
    path("cycle/", cycle.cycle, name="cycle"),
    path("cycle/run/", cycle.run, name="cycle_run"),
    path("indicators/", indicators.indicators, name="indicators"),
]
