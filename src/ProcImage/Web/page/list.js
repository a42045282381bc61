// The table of what is imaged.
import { address, title } from "./api.js";
import { fill, make } from "./dom.js";
import { bytes, count, time } from "./format.js";
import { lockMark } from "./locks.js";

function ending(process) {
  if (process.state !== "dead") return process.state;
  return process.exit_signal ? `dead, signal ${process.exit_signal}` : `dead, exit ${process.exit_code}`;
}

function cells(process) {
  const { resource, schedule, syscall, lock } = process;
  const mean = schedule && schedule.delay_count ? schedule.delay_sum_ns / schedule.delay_count : 0;
  return [
    [make("a", { href: `#${address(process)}` }, title(process))],
    [process.comm],
    [ending(process) + (process.complete ? "" : ", incomplete") + lockMark(lock), lock?.deadlocked ? "failed" : ""],
    [process.images.join(", ")],
    [resource && time(resource.cpu_user_ns), "number"],
    [resource && time(resource.cpu_system_ns), "number"],
    [resource && !process.tid && bytes(resource.resident_bytes), "number"],
    [resource && resource.threads, "number"],
    [resource && bytes(resource.read_chars), "number"],
    [resource && bytes(resource.written_chars), "number"],
    [resource && count(resource.voluntary_switches + resource.involuntary_switches), "number"],
    [schedule && count(schedule.delay_count), "number"],
    [schedule && time(mean), "number"],
    [schedule && time(schedule.delay_max_ns), "number"],
    [syscall && count(syscall.calls), "number"],
    [syscall && count(syscall.errors), "number"],
    [syscall && syscall.costliest[0]],
    [lock && count(lock.waits), "number"],
    [lock && time(lock.wait_ns), "number"],
  ];
}

// Those with the most CPU time first.
function busiest(a, b) {
  const cpu = ({ resource }) => (resource ? resource.cpu_user_ns + resource.cpu_system_ns : 0);
  const delay = ({ schedule }) => (schedule ? schedule.delay_sum_ns : 0);
  const calls = ({ syscall }) => (syscall ? syscall.latency.sum_ns : 0);
  const locks = ({ lock }) => (lock ? lock.wait_ns : 0);
  return cpu(b) - cpu(a) || delay(b) - delay(a) || calls(b) - calls(a)
    || locks(b) - locks(a);
}

function line(process) {
  const cell = ([content, kind]) =>
    make("td", { className: kind ?? "" }, content === undefined || content === false ? "" : content);
  return make("tr", { className: process.state }, ...cells(process).map(cell));
}

export function showList(processes) {
  fill("processes", processes.sort(busiest).map(line));
}
