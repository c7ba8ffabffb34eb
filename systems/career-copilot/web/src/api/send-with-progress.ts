/**
 * As `fetch`, and tells how much of the body has been sent, 0 to 1: which `fetch` itself tells nobody, and streams of bodies that could be counted
 * need HTTP/2. Rejects as `fetch` does.
 */
export async function sendWithProgress(
  request: Request,
  onProgress: (share: number) => void,
): Promise<Response> {
  const body = await request.blob();
  return await new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    sending.open(request.method, request.url);
    for (const [name, value] of request.headers) sending.setRequestHeader(name, value);
    sending.responseType = 'blob';
    sending.upload.onprogress = ({ loaded, total }) => onProgress(total === 0 ? 1 : loaded / total);
    sending.onload = () => resolve(responseOf(sending));
    sending.onerror = () => reject(new TypeError('Failed to fetch'));
    sending.onabort = () => reject(request.signal.reason);
    request.signal.addEventListener('abort', () => sending.abort(), { once: true });
    request.signal.throwIfAborted();
    sending.send(body);
  });
}

function responseOf(sent: XMLHttpRequest): Response {
  const headers = sent
    .getAllResponseHeaders()
    .split('\r\n')
    .flatMap((line): [string, string][] => {
      const at = line.indexOf(':');
      return at === -1 ? [] : [[line.slice(0, at), line.slice(at + 1).trim()]];
    });
  // These have no body, and a response may not be made with one.
  const body = [204, 205, 304].includes(sent.status) ? null : (sent.response as Blob);
  return new Response(body, { status: sent.status, headers });
}
