"""Every address of the site. Upper floors are named as strings, so nothing here imports upwards."""

from django.urls import include, path, re_path

from lms.views import (
    address,
    duties,
    health,
    imports,
    language,
    life,
    log_in,
    me,
    operations,
    organisation,
    people,
    photos,
    second_factor,
    teams,
)

handler400 = "lms.views.errors.bad_request"
handler500 = "lms.views.errors.server_error"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("people/invite/", people.invite, name="people_invite"),
    path("people/import/", imports.people_import, name="people_import"),
    path("people/import/addresses/", imports.people_addresses, name="people_addresses"),
    path("people/import/addresses/<uuid:uid>/keep/", imports.people_address_keep, name="people_address_keep"),
    path("people/import/people.csv", imports.people_csv, name="people_csv"),
    path("people/import/people.xlsx", imports.people_xlsx, name="people_xlsx"),
    path("people/import/<uuid:uid>/", imports.people_import_file, name="people_import_file"),
    path("people/import/<uuid:uid>/left-out.csv", imports.people_import_left_out, name="people_import_left_out"),
    path("people/<uuid:uid>/invite/", people.invite_again, name="people_invite_again"),
    path("people/<uuid:uid>/facts/", life.people_facts, name="people_facts"),
    path("people/<uuid:uid>/leave/", life.people_leave, name="people_leave"),
    path("people/<uuid:uid>/back/", life.people_back, name="people_back"),
    path("people/<uuid:uid>/undo-end/", life.people_undo_end, name="people_undo_end"),
    path("people/<uuid:uid>/team/", teams.people_move, name="people_move"),
    path("people/<uuid:uid>/second-factor/", second_factor.people_second_factor, name="people_second_factor"),
    path("people/<uuid:uid>/duties/", duties.people_duties, name="people_duties"),
    path("people/<uuid:uid>/duties/<uuid:holding>/", duties.people_duty_end, name="people_duty_end"),
    path("people/<uuid:uid>/address/", address.people_address, name="people_address"),
    path("organisation/", organisation.organisation, name="organisation"),
    path("organisation/locations/new/", organisation.location_new, name="organisation_location_new"),
    path("organisation/locations/<uuid:uid>/", organisation.location, name="organisation_location"),
    path("teams/", teams.teams, name="teams"),
    path("teams/new/", teams.team_new, name="teams_new"),
    path("teams/<uuid:uid>/", teams.teams_team, name="teams_team"),
    path("operations/", operations.operations, name="operations"),
    path("operations/work/<uuid:uid>/", operations.work_again, name="operations_work_again"),
    path("operations/mail/<uuid:uid>/", operations.mail_again, name="operations_mail_again"),
    path("language/", language.language, name="language"),
    path("me/", me.me, name="me"),
    path("me/photo/", photos.me_photo, name="me_photo"),
    path("people/<uuid:uid>/photo/", photos.people_photo, name="people_photo"),
    path("photos/<uuid:uid>/<slug:size>/", photos.photo, name="photo"),
    # What would add, confirm or switch an address of one's own gives way to a page that shows it.
    path("accounts/email/", address.own_address, name="account_email"),
    path("accounts/confirm-email/", address.own_address, name="account_email_verification_sent"),
    re_path(r"^accounts/confirm-email/(?P<key>[-:\w]+)/$", address.own_address, name="account_confirm_email"),
    # Whoever has no passphrase begins at a link in a mail, and nowhere else.
    path("accounts/password/set/", log_in.to_a_link, name="account_set_password"),
    path("accounts/", include("allauth.urls")),
    path("cms/login/", log_in.to_log_in, name="wagtailadmin_login"),
    path("_util/login/", log_in.to_log_in, name="wagtailcore_login"),
    path("cms/", include("wagtail.admin.urls")),
    path("documents/", include("wagtail.documents.urls")),
    path("", include("assessments.urls")),
    path("", include("coaching.urls")),
    path("", include("cms.urls")),
    # Pages come last: Wagtail answers for whatever is left.
    path("", include("wagtail.urls")),
]
