// A message centre (SMSC) on loopback: real SMPP 3.4, told by lines of JSON on stdin how to behave.
//
// Argument: JSON {system_id, password}. It prints {"event": "listening", "port": N}, then answers each command
// with one line. It ends when stdin closes, so that no test leaves it behind.
'use strict';
const readline = require('readline');
const smpp = require('smpp');

const account = JSON.parse(process.argv[2]);
const state = {
  taken: [], // {id, to, from, text, parts, validity}: whole messages, put together from their parts
  units: 0, // submit_sm units seen
  begun: new Map(),
  receipts: 'delivered', // delivered | failed | none
  throttle: 0, // answer the next N units with ESME_RTHROTTLED
  status: 0, // answer every unit with this status
  silentAfter: -1, // take this many more units, then drop the line without answering
  answers: [], // status of every deliver_sm_resp, in order
  enquiries: 0,
  held: [], // replies that came while nobody was bound
  serial: 0,
};
const sessions = new Set();

function say(event) {
  process.stdout.write(JSON.stringify(event) + '\n');
}

function textOf(pdu) {
  return (pdu.message_payload || pdu.short_message).message;
}

function take(pdu, id) {
  const udh = pdu.short_message && pdu.short_message.udh && pdu.short_message.udh[0];
  const whole = { id, to: pdu.destination_addr, from: pdu.source_addr, validity: pdu.validity_period };
  if (!udh) {
    state.taken.push({ ...whole, text: textOf(pdu), parts: 1 });
    return;
  }
  const [reference, total, number] = [udh[udh.length - 3], udh[udh.length - 2], udh[udh.length - 1]];
  const key = `${pdu.destination_addr}/${reference}`;
  const parts = state.begun.get(key) || {};
  parts[number] = textOf(pdu);
  state.begun.set(key, parts);
  if (Object.keys(parts).length === total) {
    state.begun.delete(key);
    const text = Object.keys(parts).sort((a, b) => a - b).map((n) => parts[n]).join('');
    state.taken.push({ ...whole, text, parts: total });
  }
}

function receipt(session, pdu, id) {
  if (state.receipts === 'none') return;
  const stat = state.receipts === 'delivered' ? 'DELIVRD' : 'UNDELIV';
  const err = state.receipts === 'delivered' ? '000' : '027';
  session.deliver_sm({
    source_addr: pdu.destination_addr,
    destination_addr: pdu.source_addr,
    esm_class: 4,
    short_message: `id:${id} sub:001 dlvrd:001 submit date:2603010900 done date:2603010901 stat:${stat} err:${err} text:`,
  }, (answer) => state.answers.push(answer.command_status));
}

function hand(session, reply) {
  session.deliver_sm(reply, (answer) => state.answers.push(answer.command_status));
}

function submitted(session, pdu) {
  state.units += 1;
  if (state.silentAfter === 0) {
    // The worst moment: the centre has the message, and we never hear of it.
    take(pdu, `m${++state.serial}`);
    state.silentAfter = -1;
    session.destroy();
    return;
  }
  if (state.silentAfter > 0) state.silentAfter -= 1;
  if (state.throttle > 0) {
    state.throttle -= 1;
    session.send(pdu.response({ command_status: smpp.ESME_RTHROTTLED }));
    return;
  }
  if (state.status) {
    session.send(pdu.response({ command_status: state.status }));
    return;
  }
  const id = `m${++state.serial}`;
  take(pdu, id);
  session.send(pdu.response({ message_id: id }));
  if (pdu.registered_delivery) receipt(session, pdu, id);
}

const server = smpp.createServer((session) => {
  session.on('error', () => {});
  session.on('close', () => sessions.delete(session));
  session.on('bind_transceiver', (pdu) => {
    const unknown = pdu.system_id !== account.system_id;
    if (unknown || pdu.password !== account.password) {
      const command_status = unknown ? smpp.ESME_RINVSYSID : smpp.ESME_RINVPASWD;
      session.send(pdu.response({ command_status }));
      return;
    }
    sessions.add(session);
    session.send(pdu.response());
    state.held.splice(0).forEach((reply) => hand(session, reply));
  });
  session.on('submit_sm', (pdu) => submitted(session, pdu));
  session.on('enquire_link', (pdu) => {
    state.enquiries += 1;
    session.send(pdu.response());
  });
  session.on('unbind', (pdu) => {
    session.send(pdu.response());
    session.close();
  });
});

const commands = {
  set: ({ values }) => Object.assign(state, values),
  reply: ({ from, to, body, coding }) => {
    const reply = { source_addr: from, destination_addr: to, data_coding: coding, short_message: Buffer.from(body, 'hex') };
    if (sessions.size === 0) state.held.push(reply);
    for (const session of sessions) hand(session, reply);
  },
  // A delivery with an optional parameter that is legal but that smpplib does not list for deliver_sm.
  odd: ({ from }) => {
    for (const session of sessions) {
      session.deliver_sm(
        { source_addr: from, source_addr_subunit: 1, short_message: 'odd' },
        (answer) => state.answers.push(answer.command_status),
      );
    }
  },
  hang_up: () => sessions.forEach((session) => session.destroy()),
  report: () => undefined,
};

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const command = JSON.parse(line);
  commands[command.do](command);
  const { taken, units, answers, enquiries } = state;
  say({ event: command.do, taken, units, answers, enquiries, begun: state.begun.size, sessions: sessions.size });
}).on('close', () => process.exit(0));

server.on('error', (error) => { say({ event: 'error', text: String(error) }); process.exit(1); });
server.listen(account.port || 0, '127.0.0.1', () => say({ event: 'listening', port: server.address().port }));
