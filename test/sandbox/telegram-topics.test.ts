import { afterEach, describe, expect, it } from "vitest";
import type { PretendTelegram } from "../../sandbox/telegram/index.ts";
import { refusalOf, startTelegram } from "../support/telegram.ts";

let telegram: PretendTelegram | undefined;
afterEach(() => telegram?.close());

async function open(options: Parameters<typeof startTelegram>[0] = {}) {
  const started = await startTelegram(options);
  telegram = started.telegram;
  return started;
}

describe("topics of a group", () => {
  it("a message goes into the topic that was made for it", async () => {
    const { api, telegram: server } = await open();
    const group = server.group({ isForum: true });
    const topic = await api.createForumTopic(group.id, "Money");
    const sent = await api.sendMessage(group.id, "paid", { message_thread_id: topic.message_thread_id });
    expect(sent).toMatchObject({ message_thread_id: topic.message_thread_id, is_topic_message: true });
    expect(server.messages(group.id).at(-1)?.threadId).toBe(topic.message_thread_id);
    expect(group.topics()).toEqual([{ threadId: topic.message_thread_id, name: "Money" }]);
  });

  it("a topic that is deleted takes nothing any more", async () => {
    const { api, telegram: server } = await open();
    const group = server.group({ isForum: true });
    const { message_thread_id } = await api.createForumTopic(group.id, "Money");
    group.deleteTopic(message_thread_id);
    const refusal = await refusalOf(api.sendMessage(group.id, "paid", { message_thread_id }));
    expect(refusal).toMatchObject({ code: 400, description: "Bad Request: message thread not found" });
  });

  it("a group without topics makes none", async () => {
    const { api, telegram: server } = await open();
    const refusal = await refusalOf(api.createForumTopic(server.group().id, "Money"));
    expect(refusal).toMatchObject({ code: 400, description: "Bad Request: the chat is not a forum" });
  });

  it("a bot that was put out of the group cannot write there", async () => {
    const { api, telegram: server } = await open();
    const group = server.group();
    group.kick();
    const refusal = await refusalOf(api.sendMessage(group.id, "hello"));
    expect(refusal).toMatchObject({
      code: 403,
      description: "Forbidden: bot was kicked from the supergroup chat",
    });
    group.invite();
    await api.sendMessage(group.id, "hello");
  });

  it("a group takes twenty messages a minute", async () => {
    const { api, clock, telegram: server } = await open({ perGroupPerMinute: 20 });
    const group = server.group();
    for (let sent = 0; sent < 20; sent += 1) await api.sendMessage(group.id, `${sent}`);
    expect((await refusalOf(api.sendMessage(group.id, "more"))).retryAfter).toBe(60);
    await clock.advance(60_000);
    await api.sendMessage(group.id, "more");
  });
});

it("a message that is two days old cannot be deleted by the bot", async () => {
  const { api, clock, telegram: server } = await open();
  const user = server.user();
  user.start();
  const { message_id } = await api.sendMessage(user.id, "news");
  await clock.advance(48 * 3_600_000);
  const refusal = await refusalOf(api.deleteMessage(user.id, message_id));
  expect(refusal).toMatchObject({
    code: 400,
    description: "Bad Request: message can't be deleted for everyone",
  });
});
