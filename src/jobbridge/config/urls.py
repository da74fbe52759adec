"""Addresses: the desk for offices, the field pages for brokers, the employers' own pages, and the way in."""

from django.contrib.auth import views as auth
from django.urls import include, path

from jobbridge.web import door

urlpatterns = [
    path("login/", door.LogInView.as_view(), name="login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("", door.home, name="home"),
    path("language/", door.language, name="language"),
    path("desk/", include("jobbridge.web.desk.urls")),
    path("m/", include("jobbridge.web.field.urls")),
    path("w/", include("jobbridge.web.worker.urls")),
    path("employer/", include("jobbridge.web.employer.urls")),
]

handler403 = "jobbridge.web.door.forbidden"
handler404 = "jobbridge.web.door.not_found"
handler500 = "jobbridge.web.door.broken"
