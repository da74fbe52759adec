"""Addresses of an employer's own pages."""

from django.urls import path

from jobbridge.web.employer import candidates, home, posts

app_name = "employer"
urlpatterns = [
    path("", home.home, name="home"),
    path("posts/new/", posts.new, name="post_new"),
    path("posts/<int:pk>/", posts.change, name="post"),
    path("posts/<int:pk>/confirm/", posts.keep, name="post_confirm"),
    path("posts/<int:pk>/close/", posts.close, name="post_close"),
    path("posts/<int:pk>/candidates/", candidates.candidates, name="candidates"),
    path("posts/<int:pk>/candidates/<int:item>/say/", candidates.say, name="candidate_say"),
    path("posts/<int:pk>/candidates/<int:item>/phone/", candidates.phone, name="candidate_phone"),
]
