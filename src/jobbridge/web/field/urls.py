"""Addresses of the field pages."""

from django.urls import path

from jobbridge.web.field import call, offers, outsiders, question, today, visit

app_name = "field"
urlpatterns = [
    path("", today.today, name="today"),
    path("households/<int:pk>/visit/", visit.visit, name="visit"),
    path("households/<int:pk>/call/", call.call, name="call"),
    path("persons/<int:pk>/offers/", offers.offers, name="offers"),
    path("outsiders/", outsiders.outsiders, name="outsiders"),
    path("outsiders/<int:pk>/", outsiders.decide, name="outsider"),
    path("questions/<int:pk>/", question.answer, name="answer"),
]
