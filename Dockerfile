# Numstore on the current LTS Node. Debian, not Alpine: the embedded PostgreSQL needs glibc.
FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY scripts/link-postgres.mjs scripts/
COPY src/db/embedded/link-libraries.mjs src/db/embedded/
RUN npm ci --omit=dev

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/data
WORKDIR /app
RUN mkdir /data && chown node:node /data
COPY --from=dependencies /app/node_modules node_modules
COPY package.json tsconfig.json ./
COPY scripts/link-postgres.mjs scripts/
COPY migrations migrations
COPY src src
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node runs as PID 1 and handles SIGTERM itself: it finishes what is in hand, 10 seconds at most.
STOPSIGNAL SIGTERM
CMD ["node", "--import", "tsx", "src/main.ts"]
