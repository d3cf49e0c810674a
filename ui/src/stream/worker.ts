/** Runs in the SharedWorker: one hub for all tabs of this origin. */

import { Hub, type ToHub } from "./hub";
import { browser } from "./surroundings";

const hub = new Hub(browser);

(self as unknown as { onconnect: (event: MessageEvent) => void }).onconnect = (event) => {
  const port = event.ports[0]!;
  port.onmessage = (message: MessageEvent<ToHub>) => hub.receive(port, message.data);
};
