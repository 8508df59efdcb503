# One image for web server, worker and schedule; compose.yaml shows the three.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    DJANGO_SETTINGS_MODULE=lms.settings.production VOUCH_DATA_DIR=/data
WORKDIR /app

COPY requirements.txt .
RUN pip install --require-hashes -r requirements.txt

COPY . .
# Static files are the same in every container, so they are part of the image; the values are for this step only.
RUN useradd --create-home vouch && mkdir /data && chown vouch /data \
    && SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(50))')" ALLOWED_HOSTS=build VOUCH_BASE_URL=https://build \
       EMAIL_URL=smtp://build VOUCH_DATA_DIR=/tmp/build STATIC_ROOT=/app/collected python manage.py collectstatic --no-input \
    && rm -rf /tmp/build
ENV STATIC_ROOT=/app/collected

USER vouch
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "-c", "python:lms.settings.gunicorn", "lms.wsgi", "--bind", "0.0.0.0:8000"]
