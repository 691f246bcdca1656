/** Fetches a file of this page; anything but success is an error that names it. */
async function fetchFile(url: string): Promise<Response> {
  const response = await fetch(url).catch((cause: unknown) => {
    throw new Error(`${url} could not be fetched: is the server still running?`, { cause });
  });
  if (!response.ok) throw new Error(`${url}: the server answered ${response.status}`);
  return response;
}

export async function readJson<T>(url: string): Promise<T> {
  return (await fetchFile(url)).json() as Promise<T>;
}

/** Reads a file whose size is known, telling which share of it has arrived. */
export async function readBytes(
  url: string,
  size: number,
  onProgress: (fraction: number) => void,
): Promise<Uint8Array> {
  const { body } = await fetchFile(url);
  if (body === null) throw new Error(`${url}: the server sent nothing`);
  const bytes = new Uint8Array(size);
  let done = 0;
  const reader = body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (done + part.value.length > size) throw new Error(`${url} has more than ${size} bytes`);
    bytes.set(part.value, done);
    done += part.value.length;
    onProgress(done / size);
  }
  if (done < size) throw new Error(`${url} has ${done} bytes, not ${size}: load the page again`);
  return bytes;
}
