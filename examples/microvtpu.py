"""The vTPU in one file of plain Python, to be read from top to bottom.

Act one: a machine of words, three pipes, coordinates and messages computes a dot product (140).
Act two: the same machine trains a small character model, of the kind of Andrej Karpathy's microgpt.

    python3 microvtpu.py [STEPS]      400 training steps unless given, some tens of seconds; 0 leaves out act two

Every figure of operations per word is counted in this model. It says nothing about the speed of a processor: the C++
machine of this project is where cycles are measured.
"""
import math
import random
import sys

# ---- 1. The idea -----------------------------------------------------------------------------------------------------
# A processor core can finish several instructions in one clock cycle if they do not depend on each other. The vTPU says
# which ones those are: a word holds up to three independent operations, one for each pipe.
#
#   D  dense         arithmetic on registers
#   S  sparse        memory, addressed by coordinates
#   C  coordination  messages between sentrons, the threads of this machine
#
# An operation is a tuple: its name, the register that it writes if it writes one, then its operands. Registers are
# strings and constants are floats. A coordinate is a tuple: the name of a region, then numbers, or registers that hold
# numbers. The real machine has coordinates of eleven dimensions and about 130 operations.

DENSE = {
    'mov': lambda a: a, 'add': lambda a, b: a + b, 'mul': lambda a, b: a * b, 'fma': lambda a, b, c: a * b + c,
    'div': lambda a, b: a / b, 'max': max, 'gt': lambda a, b: 1.0 if a > b else 0.0,
    'exp': math.exp, 'log': math.log, 'rsqrt': lambda a: a ** -0.5,  # the real machine computes these from the others
}

def pipe_of(operation):
    return 'D' if operation[0] in DENSE else 'S' if operation[0] in ('gather', 'scatter') else 'C'

def target_of(operation):  # the register that it writes, or None
    return None if operation[0] in ('scatter', 'send') else operation[1]

def sources_of(operation):  # the registers that it reads, those inside coordinates included
    for operand in operation[1:] if target_of(operation) is None else operation[2:]:
        for part in operand[1:] if isinstance(operand, tuple) else (operand,):
            if isinstance(part, str):
                yield part

# ---- 2. The machine --------------------------------------------------------------------------------------------------
# Memory is a dictionary from coordinates to numbers: only what was written exists. It belongs to the machine and
# outlives every sentron.

class Machine:
    def __init__(self):
        self.memory, self.messages = {}, {}  # coordinate -> number; coordinate -> waiting messages, oldest first

class Sentron:
    """A stream of words, the registers they work on, and a place in the stream."""

    def __init__(self, machine, words):
        self.machine, self.words, self.registers, self.next = machine, words, {}, 0

    def run(self):
        """Runs until the stream ends or a message is missing. Returns whether the stream has ended."""
        while self.next < len(self.words) and self.step(self.words[self.next]):
            self.next += 1
        return self.next == len(self.words)

    def step(self, word):
        """Executes a word: every slot reads before any slot writes. A word that must wait changes nothing."""
        registers, memory, messages = self.registers, self.machine.memory, self.machine.messages
        results = []
        for name, target, *operands in word:
            if name in DENSE:
                values = [registers[a] if isinstance(a, str) else a for a in operands]
                results.append((registers, target, DENSE[name](*values)))
            elif name == 'gather':
                results.append((registers, target, memory.get(self.place(operands[0]), 0.0)))
            elif name == 'scatter':
                results.append((memory, self.place(target), registers[operands[0]]))
            elif name == 'send':
                results.append((messages, target, messages.get(target, []) + [registers[operands[0]]]))
            elif messages.get(operands[0]):  # recv
                oldest, *later = messages[operands[0]]
                results += [(registers, target, oldest), (messages, operands[0], later)]
            else:
                return False
        for where, key, value in results:
            where[key] = value
        return True

    def place(self, coordinate):
        parts = (int(self.registers[part]) if isinstance(part, str) else part for part in coordinate[1:])
        return (coordinate[0], *parts)

# ---- 3. From operations to words -------------------------------------------------------------------------------------
# The naive way gives each operation a word of its own. The better way puts each operation into the earliest word whose
# slot is free and in which its operands are ready. Two rules keep the meaning of the program:
#
#   - each pipe takes its operations in their order, so that memory and messages see the order of the program;
#   - a register is read after the word that writes it, and written no earlier than the words that read its old value.

def pack(operations):
    words = []
    free = {'D': 0, 'S': 0, 'C': 0}  # by pipe: the first word whose slot is free
    ready, last_read = {}, {}        # by register: the first word that may read it; the last word that reads it
    for operation in operations:
        pipe, target, sources = pipe_of(operation), target_of(operation), list(sources_of(operation))
        at = max([free[pipe]] + [ready[source] for source in sources])
        if target is not None:
            at = max(at, ready.get(target, 0), last_read.get(target, 0))
            ready[target] = at + 1
        for source in sources:
            last_read[source] = max(last_read.get(source, 0), at)
        free[pipe] = at + 1
        words += [[] for _ in range(at + 1 - len(words))]
        words[at].append(operation)
    return words

def operations_per_word(words):
    return sum(len(word) for word in words) / len(words)

# ---- 4. Act one: a dot product ---------------------------------------------------------------------------------------

def dot_product(length):
    """Sums the products a(i) b(i), keeps the sum at a coordinate and sends it to Bob."""
    operations = [('mov', 'sum', 0.0)]
    for i in range(length):
        operations += [('gather', 'x', ('a', i)), ('gather', 'y', ('b', i)),
                       ('mul', 'xy', 'x', 'y'), ('add', 'sum', 'sum', 'xy')]
    return operations + [('scatter', ('result', 0), 'sum'), ('send', ('bob', 0), 'sum')]

def run_dot_product(numbers, words):
    """Alice computes the dot product of the numbers with themselves; Bob receives it and stores its double."""
    machine = Machine()
    for i, number in enumerate(numbers):
        machine.memory['a', i] = machine.memory['b', i] = float(number)
    alice = Sentron(machine, words)
    bob = Sentron(machine, [[('recv', 'x', ('bob', 0))], [('add', 'x', 'x', 'x')], [('scatter', ('result', 1), 'x')]])
    for sentron in (bob, alice, bob):  # first Bob waits, since nothing was sent
        sentron.run()
    return machine.memory['result', 0], machine.memory['result', 1]

def act_one():
    numbers = [1, 2, 3, 4, 5, 6, 7]
    naive, words = [[operation] for operation in dot_product(7)], pack(dot_product(7))
    total, doubled = run_dot_product(numbers, words)
    if (total, doubled) != run_dot_product(numbers, naive):
        raise ValueError('packing changed the result')
    print(f'dot product {total:g}; Bob stores {doubled:g}; the first packed words:')
    for number, word in enumerate(words[:4]):
        print(f'  {number}', *(' '.join(map(str, operation)) for operation in word), sep=' | ')
    print('operations per word, counted in this model:')
    print('  ordinary code, one operation at a time   1.00, by definition')
    print(f'  naive words,   7 numbers                 {operations_per_word(naive):.2f}')
    for length in (7, 14, 140):  # two gathers for each product keep it below 2
        print(f'  packed words, {length:3} numbers                {operations_per_word(pack(dot_product(length))):.2f}')

# ---- 5. Derivatives --------------------------------------------------------------------------------------------------
# A training step is one straight program: predict, follow the chain rule backwards, change the weights. A Tape writes
# that program. Each value has a register of its own; the real machine has 16, and its compiler assigns them.

class Tape:
    def __init__(self):
        self.operations, self.nodes, self.loads = [], [], {}

    def emit(self, name, *operands):
        register = f'r{len(self.operations)}'
        self.operations.append((name, register, *operands))
        return register

    def note(self, register, *factors):
        """Remembers the derivative of a register by each of its operands: a register or a constant."""
        self.nodes.append((register, factors))
        return register

    def load(self, *coordinate):
        """A weight, which the step will change."""
        if coordinate not in self.loads:
            self.loads[coordinate] = self.emit('gather', coordinate)
        return self.loads[coordinate]

    def add(self, a, b): return self.note(self.emit('add', a, b), (a, 1.0), (b, 1.0))
    def mul(self, a, b): return self.note(self.emit('mul', a, b), (a, b), (b, a))
    def log(self, a): return self.note(self.emit('log', a), (a, self.emit('div', 1.0, a)))
    def relu(self, a): return self.note(self.emit('max', a, 0.0), (a, self.emit('gt', a, 0.0)))
    def exp(self, a):
        result = self.emit('exp', a)
        return self.note(result, (a, result))
    def inverse(self, a):
        result = self.emit('div', 1.0, a)
        return self.note(result, (a, self.emit('mul', self.emit('mul', result, result), -1.0)))
    def rsqrt(self, a):
        result = self.emit('rsqrt', a)
        return self.note(result, (a, self.emit('mul', self.emit('div', result, a), -0.5)))

    def dot(self, xs, ys):
        total = self.emit('mul', xs[0], ys[0])
        for x, y in zip(xs[1:], ys[1:]):
            total = self.emit('fma', x, y, total)
        return self.note(total, *zip(xs, ys), *zip(ys, xs))

    def descend(self, loss, rate):
        """The chain rule from the loss back to the weights, each of which moves by rate x its derivative."""
        slope = {loss: self.emit('mov', 1.0)}
        for register, factors in reversed(self.nodes):
            for operand, factor in factors if register in slope else ():
                if operand in slope:
                    slope[operand] = self.emit('fma', slope[register], factor, slope[operand])
                elif isinstance(operand, str):
                    slope[operand] = self.emit('mul', slope[register], factor)
        for coordinate, register in self.loads.items():
            weight = self.emit('gather', coordinate)  # again: a letter that occurs twice changes its weights twice
            self.operations.append(('scatter', coordinate, self.emit('fma', slope[register], rate, weight)))

# ---- 6. Act two: a model of characters -------------------------------------------------------------------------------
# One transformer block: what a letter means and where it stands, attention to the letters before it, a small network.

WORDS = 'bear crab crow deer dove duck fawn frog goat hare hawk lamb lark lion mole moth newt puma seal swan'.split()
LETTERS = ['.'] + sorted(set(''.join(WORDS)))  # '.' begins and ends a word
TIME, WIDTH, HEAD, HIDDEN = 5, 8, 4, 16
SHAPES = {'letter': (len(LETTERS), WIDTH), 'position': (TIME, WIDTH), 'query': (WIDTH, WIDTH), 'key': (WIDTH, WIDTH),
          'value': (WIDTH, WIDTH), 'mix': (WIDTH, WIDTH), 'up': (HIDDEN, WIDTH), 'down': (WIDTH, HIDDEN),
          'score': (len(LETTERS), WIDTH)}

def layer(tape, name, xs):
    rows, columns = SHAPES[name]
    return [tape.dot([tape.load(name, i, j) for j in range(columns)], xs) for i in range(rows)]

def normal(tape, xs):
    scale = tape.rsqrt(tape.add(tape.mul(tape.dot(xs, xs), 1.0 / len(xs)), 1e-5))
    return [tape.mul(x, scale) for x in xs]

def attend(tape, query, keys, values):
    """The values, weighted by how well their keys fit the query."""
    weights = [tape.exp(tape.mul(tape.dot(query, key), HEAD ** -0.5)) for key in keys]
    share = tape.inverse(tape.dot(weights, [1.0] * len(weights)))
    return [tape.mul(tape.dot(weights, column), share) for column in zip(*values)]

def write_step(learn):
    """The program of one step. Inputs and targets are at coordinates; scores and loss go there."""
    tape, keys, values, losses = Tape(), [], [], []
    for t in range(TIME):
        letter = tape.emit('gather', ('input', t))
        xs = [tape.add(tape.load('letter', letter, j), tape.load('position', t, j)) for j in range(WIDTH)]
        ys = normal(tape, xs)
        query, heads = layer(tape, 'query', ys), []
        keys.append(layer(tape, 'key', ys))
        values.append(layer(tape, 'value', ys))
        for h in range(0, WIDTH, HEAD):
            part = slice(h, h + HEAD)
            heads += attend(tape, query[part], [key[part] for key in keys], [value[part] for value in values])
        xs = [tape.add(x, y) for x, y in zip(xs, layer(tape, 'mix', heads))]
        inner = [tape.relu(y) for y in layer(tape, 'up', normal(tape, xs))]
        xs = [tape.add(x, y) for x, y in zip(xs, layer(tape, 'down', inner))]
        scores = layer(tape, 'score', normal(tape, xs))
        tape.operations += [('scatter', ('scores', t, i), score) for i, score in enumerate(scores)]
        target = [tape.emit('gather', ('target', t, i)) for i in range(len(LETTERS))]
        total = tape.dot([tape.exp(score) for score in scores], [1.0] * len(scores))
        losses.append(tape.add(tape.log(total), tape.mul(tape.dot(target, scores), -1.0)))
    loss = tape.dot(losses, [1.0 / TIME] * TIME)
    tape.operations.append(('scatter', ('loss', 0), loss))
    if learn:
        tape.descend(loss, tape.emit('gather', ('rate', 0)))
    return pack(tape.operations)

def act_two(steps):
    random.seed(7)
    machine = Machine()
    memory = machine.memory
    for name, (rows, columns) in SHAPES.items():
        memory.update({(name, i, j): random.gauss(0, 0.3) for i in range(rows) for j in range(columns)})
    words = write_step(learn=True)
    print(f'a training step: {len(words)} words, {operations_per_word(words):.2f} operations per word')
    losses = []
    for step in range(steps):
        text = '.' + random.choice(WORDS) + '.'
        for t in range(TIME):
            memory['input', t] = float(LETTERS.index(text[t]))
            memory.update({('target', t, i): float(letter == text[t + 1]) for i, letter in enumerate(LETTERS)})
        memory['rate', 0] = -0.3 * (1 - step / steps)
        Sentron(machine, words).run()
        losses.append(memory['loss', 0])
    first, last = (sum(part) / len(part) for part in (losses[:steps // 10 + 1], losses[-steps // 10:]))
    print(f'loss: {math.log(len(LETTERS)):.2f} by guessing, {first:.2f} at first, {last:.2f} at last')
    words, made = write_step(learn=False), []
    for _ in range(8):
        text = '.'
        while len(text) <= TIME and not text.endswith('.', 1):
            memory.update({('input', t): float(LETTERS.index(letter)) for t, letter in enumerate(text)})
            Sentron(machine, words).run()
            weights = [math.exp(memory['scores', len(text) - 1, i]) for i in range(len(LETTERS))]
            text += random.choices(LETTERS, weights)[0]
        made.append(text.strip('.'))
    print('words that it makes:', *made)

if __name__ == '__main__':
    given = sys.argv[1:] or ['400']
    if len(given) > 1 or not (given[0].isascii() and given[0].isdigit()):
        sys.exit(f'microvtpu: found {" ".join(given)}; expected a number of steps')
    act_one()
    if int(given[0]) > 0:
        act_two(int(given[0]))
