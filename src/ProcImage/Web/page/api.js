// What the loader answers.
export async function ask(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.json();
}

// The part of an address that names a life.
export function address(process) {
  return `${process.tgid}-${process.start_id}${process.tid ? `-${process.tid}` : ""}`;
}

export function title(process) {
  return process.tid ? `${process.tgid}, thread ${process.tid}` : `${process.tgid}`;
}
