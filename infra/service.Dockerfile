# One image for each workspace that runs: WORKSPACE is its folder. The TypeScript sources are run as they are.
ARG NODE_IMAGE=node:24-trixie-slim

# The package files alone, so that a changed source does not install everything again.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /app
COPY . .
RUN node infra/production-manifests.mjs \
 && find . -type f ! -name package.json ! -name package-lock.json -delete && find . -type d -empty -delete

FROM ${NODE_IMAGE} AS dependencies
ARG WORKSPACE
WORKDIR /app
COPY --from=manifests /app ./
# The registry settings are a secret mount: they end with this line. No package of production needs its install script.
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \
    --mount=type=cache,target=/root/.npm \
    npm ci --omit=dev --workspace "${WORKSPACE}" --include-workspace-root=false --ignore-scripts --no-audit --no-fund

# Of the sources, this workspace and the ones that npm linked for it.
FROM dependencies AS assembled
COPY . /sources
RUN set -eu; mkdir /run/app; \
    { echo "${WORKSPACE}"; for link in node_modules/@gatehouse/*; do realpath --relative-to=. "$link"; done; } | sort -u | \
    while read -r folder; do \
      [ -d "/sources/$folder/src" ] || continue; \
      mkdir -p "/run/app/$folder"; \
      cp -R "/sources/$folder/package.json" "/sources/$folder/src" "/run/app/$folder/"; \
      if [ -d "$folder/node_modules" ]; then cp -R "$folder/node_modules" "/run/app/$folder/"; fi; \
    done; \
    rm -rf node_modules/.cache node_modules/.package-lock.json; mv node_modules package.json /run/app/

FROM ${NODE_IMAGE}
ARG WORKSPACE
ENV NODE_ENV=production MAIN=${WORKSPACE}/src/main.ts
WORKDIR /app
COPY --from=assembled /run/app ./
COPY --chmod=755 infra/healthcheck.sh /usr/local/bin/healthcheck
USER node
CMD ["sh", "-c", "exec node \"$MAIN\""]
