import { afterEach, describe, expect, it, vi } from "vitest";
import { dayOf } from "../../../../src/dashboard/dates";
import { NO_FILTER } from "../../../../src/dashboard/filter";
import { fetchFile, fieldsOf } from "../../../../src/dashboard/parts/export/request";
import type { Refusal } from "../../../../src/dashboard/refusal";

const TODAY = dayOf("2026-11-22");
const WANTED = { format: "csv", first: dayOf("2026-08-25"), today: TODAY, partial: false } as const;

function fields(...[filter, changes = {}]: [Parameters<typeof fieldsOf>[0], Partial<Parameters<typeof fieldsOf>[1]>?]) {
  return Object.fromEntries(fieldsOf(filter, { ...WANTED, ...changes }));
}

describe("what an export asks for", () => {
  it("is all days that are loaded, where nothing is filtered", () => {
    expect(fields(null)).toEqual({ format: "csv", from: "2026-08-25" });
  });

  it("is the filter's own fields, with its days", () => {
    const filter = { ...NO_FILTER, q: " tea ", category: "TRAVEL", pending: "no", min: "5", from: "2026-10-01", to: "2026-10-31" };
    expect(fields(filter)).toEqual({ format: "csv", q: "tea", category: "TRAVEL", pending: "no", min: "5", from: "2026-10-01", to: "2026-10-31" });
  });

  it("does not reach back further than what is in the page", () => {
    expect(fields({ ...NO_FILTER, from: "2020-01-01" })).toEqual({ format: "csv", from: "2026-08-25" });
  });

  it("says the first day beside a last one, from which the server would count back", () => {
    expect(fields({ ...NO_FILTER, to: "2026-09-10" })).toEqual({ format: "csv", from: "2026-08-25", to: "2026-09-10" });
  });

  it("leaves a last day that is to come to the server's own calendar", () => {
    expect(fields({ ...NO_FILTER, to: "2027-01-01" })).toEqual({ format: "csv", from: "2026-08-25" });
  });

  it("leaves out what cannot be read only where that is said", () => {
    expect(fields(null, { partial: true, format: "ofx" })).toEqual({ format: "ofx", partial: "yes", from: "2026-08-25" });
  });
});

describe("the file", () => {
  afterEach(() => vi.unstubAllGlobals());
  const answer = (response: Response | Error) =>
    vi.stubGlobal("fetch", () => (response instanceof Error ? Promise.reject(response) : Promise.resolve(response)));
  const fault = () => fetchFile(fieldsOf(null, WANTED)).then(() => null, (error: unknown) => error as Refusal);

  it("has the server's name for it", async () => {
    answer(new Response("date\r\n", { headers: { "Content-Disposition": 'attachment; filename="keepless-2026-11-22.csv"' } }));
    const file = await fetchFile(fieldsOf(null, WANTED));
    expect(file.name).toBe("keepless-2026-11-22.csv");
    expect(await file.content.text()).toBe("date\r\n");
  });

  it("is refused in the server's words", async () => {
    const problem = { code: "export_incomplete", title: "Not whole", detail: "A bank is silent.", next_step: "Wait." };
    answer(Response.json(problem, { status: 503 }));
    expect(await fault()).toMatchObject({ code: "export_incomplete", status: 503, title: "Not whole", detail: "A bank is silent.", nextStep: "Wait." });
  });

  it("is refused by something in between that speaks no JSON", async () => {
    answer(new Response("<h1>Bad gateway</h1>", { status: 502 }));
    expect(await fault()).toMatchObject({ code: "", status: 502, title: "" });
  });

  it("does not come where there is no connection", async () => {
    answer(new TypeError("failed to fetch"));
    expect(await fault()).toMatchObject({ code: "offline", status: 0 });
  });

  it("is not kept where it breaks off", async () => {
    const half = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode("date,"));
        controller.error(new TypeError("network"));
      },
    });
    answer(new Response(half));
    expect(await fault()).toMatchObject({ code: "broken" });
  });
});
