# One image for all: `serve` (default), `worker`, and every other command of greenroom.
#
# Where this was written there was no container engine: this file has never been built. Every RUN was proven by running
# its command in a bare folder with the same files, and the service was started from what came of it.

ARG NODE_VERSION=20.20.2

FROM node:${NODE_VERSION}-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY . .
RUN npm run build

FROM node:${NODE_VERSION}-bookworm-slim AS modules
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY tools/slim.sh tools/
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev && tools/slim.sh

FROM node:${NODE_VERSION}-bookworm-slim
LABEL org.opencontainers.image.title="Greenroom" \
  org.opencontainers.image.description="Takes pictures of artists in, makes every size and format the web needs, stores them, and shows every step live over GraphQL." \
  org.opencontainers.image.licenses="Apache-2.0"
# HOST: others reach a container only so, and the service wants AUTH_TOKENS_FILE then
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 DATA_DIR=/data
# volumes that are mounted there belong to who works in them
RUN install -d -o node -g node -m 700 /data /secrets
WORKDIR /app
COPY --from=modules /app/node_modules node_modules
COPY package.json LICENSE ./
COPY prisma prisma
COPY --from=build /app/dist dist
USER node
EXPOSE 4000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.WORKER_PORT || process.env.PORT) + '/health').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--enable-source-maps", "/app/dist/cli.js"]
CMD ["serve"]
