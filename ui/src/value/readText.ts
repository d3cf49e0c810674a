/** The beginning of a text on the server: what is beyond `most` bytes is never fetched into the page. */

export interface Beginning {
  text: string;
  whole: boolean;
}

export async function readText(url: string, most: number, signal?: AbortSignal): Promise<Beginning> {
  const response = await fetch(url, signal ? { signal } : {});
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  if (!response.body) return { text: await response.text(), whole: true };
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { text: text + decoder.decode(), whole: true };
    const room = most - bytes;
    bytes += value.byteLength;
    text += decoder.decode(value.subarray(0, room), { stream: true });
    if (bytes > most) {
      void reader.cancel();
      return { text, whole: false };
    }
  }
}
