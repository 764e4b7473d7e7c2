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
    npm ci --omit=dev --workspace "${WORKSPACE}" --include-workspace-root=false --ignore-scripts --no-audit --no-fund \
 && rm package-lock.json

# Of the sources, those of this workspace and of the ones that npm linked for it.
FROM dependencies AS sources
COPY . /sources
RUN for link in node_modules/@gatehouse/* "${WORKSPACE}"; do \
      folder=$(realpath --relative-to=. "$link") && mkdir -p "/run/app/$folder" \
      && cp -R "/sources/$folder/src" "/run/app/$folder/" || exit 1; \
    done

FROM ${NODE_IMAGE}
ARG WORKSPACE
ENV NODE_ENV=production MAIN=${WORKSPACE}/src/main.ts
# A small young generation: 100,000 sessions cost the gateway half the memory, and what one request leaves fits in it.
ENV NODE_OPTIONS=--max-semi-space-size=8
# Nothing is installed in here any more, and an intruder finds no package manager.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn* /opt/yarn*
WORKDIR /app
# Two layers: the packages, which seldom change, and the sources.
COPY --from=dependencies /app ./
COPY --from=sources /run/app ./
COPY --chmod=755 infra/healthcheck.sh /usr/local/bin/healthcheck
USER node
CMD ["sh", "-c", "exec node \"$MAIN\""]
