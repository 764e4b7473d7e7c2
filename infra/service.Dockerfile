# An image for each service; WORKSPACE is its folder. Node runs the TypeScript sources directly.
ARG NODE_IMAGE=node:24-trixie-slim

# Only the package files, so that a changed source does not reinstall everything.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /app
COPY . .
RUN node infra/production-manifests.mjs \
 && find . -type f ! -name package.json ! -name package-lock.json -delete && find . -type d -empty -delete

FROM ${NODE_IMAGE} AS dependencies
ARG WORKSPACE
WORKDIR /app
COPY --from=manifests /app ./
# The registry settings are a secret mount and exist for this line only. No production package needs its install script.
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \
    --mount=type=cache,target=/root/.npm \
    npm ci --omit=dev --workspace "${WORKSPACE}" --include-workspace-root=false --ignore-scripts --no-audit --no-fund \
 && rm package-lock.json

# The sources of this workspace and of those that npm linked for it.
FROM dependencies AS sources
COPY . /sources
RUN for link in node_modules/@gatehouse/* "${WORKSPACE}"; do \
      folder=$(realpath --relative-to=. "$link") && mkdir -p "/run/app/$folder" \
      && cp -R "/sources/$folder/src" "/run/app/$folder/" || exit 1; \
    done

FROM ${NODE_IMAGE}
ARG WORKSPACE
ENV NODE_ENV=production MAIN=${WORKSPACE}/src/main.ts
# A small young generation halves the memory that 100,000 sessions take in the gateway, and the garbage of requests fits in it.
ENV NODE_OPTIONS=--max-semi-space-size=8
# Nothing is installed after this, and an intruder should find no package manager.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn* /opt/yarn*
WORKDIR /app
# Two layers: the packages, which rarely change, and the sources.
COPY --from=dependencies /app ./
COPY --from=sources /run/app ./
COPY --chmod=755 infra/healthcheck.sh /usr/local/bin/healthcheck
USER node
CMD ["sh", "-c", "exec node \"$MAIN\""]
