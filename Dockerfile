# Numstore on the current LTS Node. Debian, not Alpine: the embedded PostgreSQL needs glibc.
# The compiler and what it needs stay in this stage.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=optional --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
RUN npm run build

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY scripts/link-postgres.mjs scripts/
COPY src/db/embedded/link-libraries.mjs src/db/embedded/
# The one install script that is needed is our own.
RUN npm ci --omit=dev --ignore-scripts && node scripts/link-postgres.mjs

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/data
WORKDIR /app
RUN mkdir /data && chown node:node /data
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
# For npm run doctor, backup and restore inside the container.
COPY scripts/check-build.mjs scripts/built-from.mjs scripts/
COPY migrations migrations
COPY --from=build /app/dist dist
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node runs as PID 1 and handles SIGTERM itself: it finishes what is in hand, 10 seconds at most.
STOPSIGNAL SIGTERM
CMD ["node", "dist/main.js"]
