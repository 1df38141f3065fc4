// Stand-in for Plaid Link's script: the same Plaid.create, but the dialog comes from the local Plaid.
(() => {
  "use strict";
  const home = new URL(document.currentScript.src).origin;
  const Z_INDEX = "2147483647";

  function dialogFrame({ token, receivedRedirectUri }) {
    const address = new URL("/link/dialog", home);
    const given = { token, origin: window.location.origin };
    if (receivedRedirectUri) given.state = new URL(receivedRedirectUri).searchParams.get("oauth_state_id") ?? "";
    // The token goes in the fragment: fragments are not sent, and so not logged.
    address.hash = new URLSearchParams(given).toString();
    const frame = document.createElement("iframe");
    frame.src = address.href;
    frame.title = "Connect a bank";
    frame.dataset.localPlaid = "dialog";
    Object.assign(frame.style, {
      position: "fixed",
      top: "0",
      left: "0",
      width: "100%",
      height: "100%",
      border: "0",
      zIndex: Z_INDEX,
      background: "transparent",
      // A frame stays see-through only while its colour scheme is that of the page in it.
      colorScheme: "light dark",
    });
    return frame;
  }

  function create(config) {
    if (!config || typeof config.token !== "string") {
      throw new Error("Plaid.create needs a token");
    }
    let frame = null;
    let focused = null;
    let hidden = [];

    const emit = (name, metadata) => config.onEvent?.(name, { timestamp: new Date().toISOString(), ...metadata });

    function close() {
      window.removeEventListener("message", hear);
      frame?.remove();
      frame = null;
      for (const element of hidden) element.inert = false;
      hidden = [];
      focused?.focus?.();
      focused = null;
    }

    function hear(message) {
      if (!frame || message.origin !== home || message.source !== frame.contentWindow) return;
      const { action, metadata, name, public_token: publicToken, error, address } = message.data ?? {};
      if (action === "event") {
        emit(name, metadata);
      } else if (action === "leave") {
        emit("OPEN_OAUTH", {});
        window.location.assign(address);
      } else if (action === "success") {
        close();
        emit("HANDOFF", { link_session_id: metadata.link_session_id });
        config.onSuccess?.(publicToken, metadata);
      } else if (action === "exit") {
        close();
        emit("EXIT", metadata);
        config.onExit?.(error ?? null, metadata);
      }
    }

    function open() {
      if (frame) return;
      focused = document.activeElement;
      hidden = [...document.body.children].filter((element) => !element.inert);
      for (const element of hidden) element.inert = true;
      frame = dialogFrame(config);
      frame.addEventListener("load", () => frame?.focus(), { once: true });
      window.addEventListener("message", hear);
      document.body.append(frame);
      emit("OPEN", {});
    }

    function exit() {
      if (!frame) return;
      close();
      emit("EXIT", { status: "", institution: null });
      config.onExit?.(null, { status: "", institution: null, link_session_id: "", request_id: "" });
    }

    setTimeout(() => config.onLoad?.(), 0);
    return { open, exit, destroy: close };
  }

  window.Plaid = { create };
})();
