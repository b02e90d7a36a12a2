# SPDX-License-Identifier: Apache-2.0
"""onnxruntime_pool.py: as onnxruntime_child.py, in worker processes of one thread each: pipes say when, inputs and
outputs lie in shared memory, where the workers read and write them without a copy. THREADS is the number of workers."""
import multiprocessing
import multiprocessing.shared_memory
import sys
import time

from onnxruntime_child import model, numpy, onnxruntime


def worker(pipe, memory, rows, first, last, layers):
    shared = multiprocessing.shared_memory.SharedMemory(name=memory)
    inner, columns = layers[0][0].shape[0], layers[-1][0].shape[1]
    floats = numpy.ndarray(rows * (inner + columns), numpy.float32, shared.buf)
    x = floats[first * inner:last * inner].reshape(last - first, inner)
    y = floats[rows * inner + first * columns:rows * inner + last * columns].reshape(last - first, columns)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = 1, 1
    session = onnxruntime.InferenceSession(model(last - first, layers), options, providers=["CPUExecutionProvider"])
    binding = session.io_binding()
    binding.bind_input("x", "cpu", 0, numpy.float32, x.shape, x.ctypes.data)
    binding.bind_output("y", "cpu", 0, numpy.float32, y.shape, y.ctypes.data)
    pipe.send_bytes(b"built")
    while pipe.recv_bytes() == b"run":
        session.run_with_iobinding(binding)
        pipe.send_bytes(b"done")
    del floats, x, y, binding
    shared.close()


def main(ask, answer):
    workers, rows, *widths = (int(word) for word in ask.readline().split())

    def floats(*shape):
        return numpy.frombuffer(ask.read(4 * int(numpy.prod(shape))), numpy.float32).reshape(shape)

    x = floats(rows, widths[0])
    layers = [(floats(inner, columns), floats(columns)) for inner, columns in zip(widths, widths[1:])]
    shared = multiprocessing.shared_memory.SharedMemory(create=True, size=4 * rows * (widths[0] + widths[-1]))
    memory = numpy.ndarray(rows * (widths[0] + widths[-1]), numpy.float32, shared.buf)
    memory[:x.size] = x.reshape(-1)
    context, pipes, processes = multiprocessing.get_context("spawn"), [], []
    for i in range(workers):
        own, other = context.Pipe()
        processes.append(context.Process(target=worker, args=(
            other, shared.name, rows, i * rows // workers, (i + 1) * rows // workers, layers)))
        processes[-1].start()
        other.close()
        pipes.append(own)

    def all_answer():
        for pipe in pipes:
            pipe.recv_bytes()

    def run(times):
        for _ in range(times):
            for pipe in pipes:
                pipe.send_bytes(b"run")
            all_answer()

    all_answer()
    answer.write(b"ready\n")
    answer.flush()
    for line in ask:
        if line.strip() == b"output":
            answer.write(b"output\n" + memory[x.size:].tobytes())
        else:
            times = int(line)
            run(times // 4)
            start = time.perf_counter()
            run(times)
            answer.write(b"%.9f\n" % (time.perf_counter() - start))
        answer.flush()
    for pipe, process in zip(pipes, processes):
        pipe.send_bytes(b"exit")
        process.join()
    del memory
    shared.close()
    shared.unlink()


if __name__ == "__main__":
    print("here", flush=True)
    main(sys.stdin.buffer, sys.stdout.buffer)
