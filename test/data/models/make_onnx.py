# SPDX-License-Identifier: Apache-2.0
"""make_onnx.py FOLDER: writes the .onnx files, and beside each its sample: inputs and onnxruntime's answers.
Needs the Python packages onnx, onnxruntime and numpy."""
import json, os, struct, sys
import numpy as np, onnx, onnxruntime as ort
from onnx import helper as h, numpy_helper as nh, TensorProto as T
out = sys.argv[1]
rng = np.random.default_rng(5)
f = lambda *s: rng.normal(0, .5, s).astype(np.float32)
N = h.make_node
def I(name, *v): return nh.from_array(np.array(v, dtype=np.int64), name)
def F(name, v): return nh.from_array(np.asarray(v, dtype=np.float32), name)
def write_sample(model, tensors):
    """All tensors as one .safetensors."""
    names, head, data = {'float32': 'F32', 'int64': 'I64', 'int32': 'I32'}, {}, b''
    for name, value in tensors.items():
        value = np.asarray(value, order='C')
        head[name] = {'dtype': names[str(value.dtype)], 'shape': list(value.shape), 'data_offsets': [len(data), len(data) + value.nbytes]}
        data += value.tobytes()
    text = json.dumps(head).encode()
    text += b' ' * (-len(text) % 8)
    with open(model + '.safetensors', 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text + data)

def save(name, opset, nodes, inits, inputs, outputs, shapes=None, ir=8):
    types = {np.dtype(np.float32): T.FLOAT, np.dtype(np.int64): T.INT64, np.dtype(np.int32): T.INT32, np.dtype(np.float64): T.DOUBLE}
    ins = [h.make_tensor_value_info(k, types[v.dtype], (shapes or {}).get(k, v.shape)) for k, v in inputs.items()]
    outs = [h.make_tensor_value_info(o, T.FLOAT, None) for o in outputs]
    m = h.make_model(h.make_graph(nodes, name, ins, outs, inits), opset_imports=[h.make_opsetid('', opset)], ir_version=ir)
    p = os.path.join(out, name + '.onnx'); onnx.save(m, p)
    ys = ort.InferenceSession(m.SerializeToString(), providers=['CPUExecutionProvider']).run(None, inputs)
    write_sample(p, {**{f'x{i}': v for i, v in enumerate(inputs.values())}, **{f'y{i}': v.astype(np.float32) for i, v in enumerate(ys)}})


# convolutions and pools
save('pictures', 13, [
    N('Conv', ['x', 'c1.w', 'c1.b'], ['a'], name='c1', kernel_shape=[3, 3], pads=[1, 0, 2, 1], strides=[2, 1], group=2),
    N('Relu', ['a'], ['b']), N('MaxPool', ['b'], ['c'], kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1),
    N('Conv', ['c', 'c2.w'], ['d'], auto_pad='SAME_UPPER', strides=[2, 2]),
    N('BatchNormalization', ['d', 'bn.g', 'bn.b', 'bn.m', 'bn.v'], ['e'], epsilon=1e-3),
    N('Relu', ['e'], ['g']), N('GlobalAveragePool', ['g'], ['i']), N('Flatten', ['i'], ['j']),
    N('Gemm', ['j', 'fc.w', 'fc.b'], ['y'], transB=1)],
    [F('c1.w', f(6, 2, 3, 3)), F('c1.b', f(6)), F('c2.w', f(5, 6, 4, 3)), F('bn.g', f(5)), F('bn.b', f(5)), F('bn.m', f(5)), F('bn.v', abs(f(5)) + .2),
     F('fc.w', f(3, 5)), F('fc.b', f(3))], {'x': f(2, 4, 13, 12)}, ['y'], {'x': ['N', 4, 13, 12]})
save('windows', 11, [
    N('Conv', ['x', 'w1'], ['a'], dilations=[2, 1], pads=[2, 1, 2, 1]),
    N('Conv', ['x', 'w1'], ['b'], auto_pad='SAME_LOWER', strides=[2, 2]),
    N('Conv', ['x', 'w1', 'b1'], ['c'], auto_pad='VALID'),
    N('Conv', ['x', 'w2'], ['d'], group=3, pads=[1, 1, 1, 1]),
    N('AveragePool', ['x'], ['e'], kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 1], ceil_mode=1),
    N('AveragePool', ['x'], ['g'], kernel_shape=[3, 2], strides=[2, 1], pads=[1, 0, 1, 1], count_include_pad=1),
    N('AveragePool', ['x'], ['i'], kernel_shape=[2, 2], auto_pad='SAME_UPPER'),
    N('MaxPool', ['x'], ['j'], kernel_shape=[3, 2], dilations=[2, 1], strides=[1, 2]),
    N('MaxPool', ['x'], ['k'], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 0, 1])],
    [F('w1', f(4, 3, 3, 3)), F('w2', f(3, 1, 3, 3)), F('b1', f(4))], {'x': f(2, 3, 10, 9)}, list('abcdegijk'))
# the forms of old and of new operators
save('axes11', 11, [
    N('Softmax', ['x'], ['a'], axis=1), N('Softmax', ['x'], ['b']), N('LogSoftmax', ['x'], ['c'], axis=2),
    N('ReduceSum', ['x'], ['d'], axes=[1, -1], keepdims=0), N('ReduceMean', ['x'], ['e'], axes=[1]), N('ReduceMean', ['x'], ['g']),
    N('Unsqueeze', ['x'], ['u'], axes=[0, 4]), N('Squeeze', ['u'], ['i'], axes=[-1]),
    N('Split', ['x'], ['j', 'k', 'l'], axis=2, split=[1, 2, 2]), N('Split', ['x'], ['m', 'n'], axis=1),
    N('Slice', ['x', 's0', 's1', 's2', 's3'], ['o']), N('Slice', ['x', 's4', 's5'], ['p']), N('Dropout', ['x'], ['q'], ratio=.3),
    N('Transpose', ['x'], ['r'])],
    [I('s0', -1, 1), I('s1', -10**9, 2**63 - 1), I('s2', 2, 1), I('s3', -2, 1), I('s4', 0, 1), I('s5', 2, -1)], {'x': f(3, 4, 5)}, list('abcdegijklmnopqr'))
save('axes18', 18, [
    N('Softmax', ['x'], ['a'], axis=1), N('Softmax', ['x'], ['b']), N('ReduceSum', ['x', 'a1'], ['d'], keepdims=0), N('ReduceMean', ['x', 'a2'], ['e']),
    N('ReduceSum', ['x'], ['g'], noop_with_empty_axes=1), N('ReduceMean', ['x'], ['i'], keepdims=0),
    N('Unsqueeze', ['x', 'a3'], ['u']), N('Squeeze', ['u'], ['j']), N('Squeeze', ['u', 'a4'], ['k']),
    N('Split', ['x', 'a5'], ['l', 'm'], axis=2), N('Split', ['x'], ['n', 'o', 'p'], axis=2, num_outputs=3),
    N('Dropout', ['x'], ['q']), N('Identity', ['x'], ['r'])],
    [I('a1', 1, -1), I('a2', 2), I('a3', 0, 4), I('a4', -1), I('a5', 2, 3)], {'x': f(3, 4, 5)}, list('abdegijklmnopqr'))
# values that only the importer computes
C = lambda o, v: N('Constant', [], [o], value=nh.from_array(np.asarray(v)))
save('shapes', 13, [
    N('Shape', ['x'], ['s']), C('zero', np.int64(0)), N('Gather', ['s', 'zero'], ['n']), N('Unsqueeze', ['n', 'ax'], ['n1']),
    C('minus', np.array([-1])), N('Concat', ['n1', 'minus'], ['to'], axis=0), N('Reshape', ['x', 'to'], ['flat']),
    N('Slice', ['s', 'one', 'big'], ['rest']), C('two', np.array([2])), N('Div', ['rest', 'two'], ['half']), N('Mul', ['half', 'two'], ['back']),
    N('Concat', ['n1', 'half', 'back'], ['sizes'], axis=0),
    N('ConstantOfShape', ['one3'], ['ones'], value=h.make_tensor('v', T.FLOAT, [1], [2.5])), N('Add', ['flat', 'ones'], ['y0']),
    N('Cast', ['n'], ['nf'], to=T.FLOAT), N('Sqrt', ['nf'], ['root']), N('Div', ['x', 'root'], ['y1']),
    N('Reshape', ['x', 'keep'], ['y2']), N('Squeeze', ['n1', 'ax'], ['n0']), N('Sub', ['n0', 'zero'], ['n2']), N('Cast', ['n2'], ['n3'], to=T.FLOAT), N('Mul', ['x', 'n3'], ['y3'])],
    [I('ax', 0), I('one', 1), I('big', 10**9), I('one3', 12), I('keep', 0, -1, 2)], {'x': f(3, 6, 2)}, ['y0', 'y1', 'y2', 'y3'], {'x': ['N', 6, 2]})
# products
save('products', 13, [
    N('Transpose', ['x'], ['xt'], perm=[0, 2, 1]), N('Transpose', ['w2'], ['w2t'], perm=[1, 0]),
    N('MatMul', ['x', 'w'], ['a']), N('MatMul', ['v4', 'xt'], ['b']), N('MatMul', ['x', 'v4'], ['c']), N('Mul', ['v4', 'z1'], ['v5']), N('MatMul', ['v5', 'v4'], ['d']),
    N('MatMul', ['x', 'w2t'], ['e']), N('MatMul', ['xt', 'x'], ['g']),
    N('Gemm', ['z', 'w3', 'b3'], ['i'], alpha=.5, beta=2., transA=1, transB=1), N('Gemm', ['z', 'w4'], ['j'], alpha=-1.), N('Gemm', ['z', 'w4', 's'], ['k'])],
    [F('w', f(4, 3)), F('v4', f(4)), F('w2', f(5, 4)), F('w3', f(2, 6)), F('b3', f(2)), F('w4', f(3, 2)), F('s', 1.5)],
    {'x': f(2, 5, 4), 'z': f(6, 3), 'z1': f(4)}, list('abcdegijk'))
# element by element, numbers as constants
save('elements', 13, [
    C('half', np.float32(.5)), N('Mul', ['x', 'half'], ['a']),
    N('Mul', ['x', 'x'], ['x2']), N('Pow', ['x2', 'two'], ['b']), N('Sqrt', ['x2'], ['c']), N('Erf', ['x'], ['d']),
    N('Tanh', ['x'], ['e']), N('Sigmoid', ['x'], ['g']), N('Sub', ['half', 'x'], ['i']), N('Div', ['x', 'row'], ['j']), N('Add', ['x', 'col'], ['k']),
    N('Concat', ['a', 'x', 'c', 'd', 'e', 'g', 'i'], ['l'], axis=1), N('Gather', ['x', 'idx'], ['m'], axis=1), N('Gather', ['x', 'last'], ['n'], axis=-1), N('Gather', ['tab', 'tok'], ['o']),
    N('Cast', ['x'], ['q'], to=T.FLOAT), N('Cast', ['h16'], ['h32'], to=T.FLOAT), N('Add', ['x', 'h32'], ['p'])],
    [F('two', 2.), h.make_tensor('row', T.FLOAT, [4], [1., 2., -.5, 4.]), F('col', f(3, 1)), h.make_tensor('idx', T.INT64, [2, 2], [-1, 0, 2, -4]), h.make_tensor('last', T.INT32, [], [-1]),
     F('tab', f(6, 3)), h.make_tensor('h16', T.FLOAT16, [4], [1., -2.5, .25, 3.])], {'x': f(3, 4), 'tok': np.array([[1, 5], [0, 2]], dtype=np.int64)}, list('abcdegijklmnopq'))
# normalisations
bn = lambda p: [p + s for s in ('.g', '.b', '.m', '.v')]
def bns(p, c): return [F(p + '.g', f(c)), F(p + '.b', f(c)), F(p + '.m', f(c)), F(p + '.v', abs(f(c)) + .3)]
save('norms', 17, [
    N('BatchNormalization', ['x'] + bn('n1'), ['a']), N('Conv', ['x', 'w', 'wb'], ['c']), N('BatchNormalization', ['c'] + bn('n2'), ['b']),
    N('Conv', ['x', 'w'], ['c3']), N('BatchNormalization', ['c3'] + bn('n3'), ['d0']), N('Add', ['d0', 'c3'], ['d']),
    N('Gemm', ['z', 'fw', 'fb'], ['g'], transB=1), N('BatchNormalization', ['g'] + bn('n4'), ['e']),
    N('MatMul', ['z', 'fw2'], ['g2']), N('Add', ['g2', 'fb'], ['g3']), N('BatchNormalization', ['g3'] + bn('n5'), ['i']),
    N('LayerNormalization', ['x', 'lg', 'lb'], ['j'], axis=-2, epsilon=1e-3), N('LayerNormalization', ['x', 'lg1'], ['k'])],
    bns('n1', 3) + bns('n2', 4) + bns('n3', 4) + bns('n4', 5) + bns('n5', 5) + [F('w', f(4, 3, 2, 2)), F('wb', f(4)), F('fw', f(5, 6)), F('fw2', f(6, 5)), F('fb', f(5)),
     F('lg', f(5, 6)), F('lb', f(5, 6)), F('lg1', f(6))], {'x': f(2, 3, 5, 6), 'z': f(4, 6)}, list('abdeijk'))
save('gelus', 20, [N('Gelu', ['x'], ['a']), N('Gelu', ['x'], ['b'], approximate='tanh')], [], {'x': 3 * f(3, 7)}, ['a', 'b'])
# a block of a transformer as exporters write it: heads by Reshape to constants, LayerNorm and GELU in pieces
h_, heads = 8, 2
def dense(x, p, o): return [N('MatMul', [x, p + '.weight'], [o + '_m'], name=p + '/MatMul'), N('Add', [p + '.bias', o + '_m'], [o], name=p + '/Add')]
def norm(x, p, o): return [N('ReduceMean', [x], [o + '1'], axes=[-1]), N('Sub', [x, o + '1'], [o + '2']), N('Pow', [o + '2', 'two'], [o + '3']), N('ReduceMean', [o + '3'], [o + '4'], axes=[-1]),
    N('Add', [o + '4', 'eps'], [o + '5']), N('Sqrt', [o + '5'], [o + '6']), N('Div', [o + '2', o + '6'], [o + '7']), N('Mul', [o + '7', p + '.g'], [o + '8']), N('Add', [o + '8', p + '.b'], [o])]
def split(x, o, perm): return [N('Reshape', [x, 'split'], [o + 's']), N('Transpose', [o + 's'], [o], perm=perm)]
W = [F('two', 2.), F('eps', 1e-5), F('root2', np.sqrt(2.)), F('one', 1.), F('half', .5), F('scale', np.sqrt(h_ / heads)), F('table', f(11, h_)), F('places', f(1, 5, h_)), I('split', 1, 5, heads, h_ // heads), I('join', 1, 5, h_)]
for p, a, b in (('q', 8, 8), ('k', 8, 8), ('v', 8, 8), ('o', 8, 8), ('up', 8, 16), ('down', 16, 8), ('head', 8, 3)): W += [F(p + '.weight', f(a, b)), F(p + '.bias', f(b))]
for p in ('ln1', 'ln2'): W += [F(p + '.g', f(h_)), F(p + '.b', f(h_))]
nodes = [N('Gather', ['table', 'tokens'], ['t']), N('Add', ['t', 'places'], ['x0'])] + norm('x0', 'ln1', 'n') + dense('n', 'q', 'q') + dense('n', 'k', 'k') + dense('n', 'v', 'v') \
    + split('q', 'qh', [0, 2, 1, 3]) + split('k', 'kh', [0, 2, 3, 1]) + split('v', 'vh', [0, 2, 1, 3]) \
    + [N('MatMul', ['qh', 'kh'], ['qk']), N('Div', ['qk', 'scale'], ['qks']), N('Softmax', ['qks'], ['p'], axis=-1), N('MatMul', ['p', 'vh'], ['ph']), N('Transpose', ['ph'], ['pt'], perm=[0, 2, 1, 3]), N('Reshape', ['pt', 'join'], ['pj'])] \
    + dense('pj', 'o', 'oo') + [N('Add', ['x0', 'oo'], ['x1'])] + norm('x1', 'ln2', 'm') + dense('m', 'up', 'u') \
    + [N('Div', ['u', 'root2'], ['u1']), N('Erf', ['u1'], ['u2']), N('Add', ['u2', 'one'], ['u3']), N('Mul', ['u', 'u3'], ['u4']), N('Mul', ['u4', 'half'], ['u5'])] \
    + dense('u5', 'down', 'dn') + [N('Add', ['x1', 'dn'], ['x2']), N('Gather', ['x2', 'first'], ['cls'], axis=1)] + dense('cls', 'head', 'y')
W.append(h.make_tensor('first', T.INT64, [], [0]))
save('block', 14, nodes, W, {'tokens': rng.integers(0, 11, (1, 5)).astype(np.int64)}, ['y'])
# functions that bend and bound, and sums of many
B = lambda name, v: nh.from_array(np.asarray(v, dtype=bool), name)
bends = [
    N('Clip', ['x', 'low', 'high'], ['a']), N('Clip', ['x', 'low'], ['b']), N('Clip', ['x', '', 'high'], ['c']), N('Clip', ['x', 'zero', 'six'], ['d']), N('Clip', ['x', 'zero'], ['e']),
    N('Clip', ['x', 'high', 'low'], ['g']), N('HardSwish', ['x'], ['i']), N('HardSigmoid', ['x'], ['j']), N('HardSigmoid', ['x'], ['k'], alpha=1 / 6), N('LeakyRelu', ['x'], ['l']), N('LeakyRelu', ['x'], ['m'], alpha=.3),
    N('Elu', ['x'], ['n'], alpha=.7), N('Softplus', ['x'], ['o']), N('PRelu', ['x', 'slope'], ['p']), N('PRelu', ['x', 'slopes'], ['q']), N('PRelu', ['x', 'row'], ['r']),
    N('Exp', ['x'], ['s']), N('Abs', ['x'], ['t']), N('Log', ['t'], ['u']), N('Floor', ['x'], ['v']), N('Max', ['x', 'low', 'row'], ['w']), N('Min', ['high', 'x'], ['y']),
    N('Sum', ['x', 'row', 't'], ['z']), N('Mean', ['x', 'row', 't', 'low'], ['aa']), N('Max', ['x'], ['ab']), N('Sigmoid', ['x'], ['gate']), N('Mul', ['x', 'gate'], ['ac']), N('Clip', ['x', 'low', 'asked'], ['ad'])]
values = [F('low', -.4), F('high', .6), F('zero', 0.), F('six', 6.), F('slope', [.25]), F('slopes', [[[.1]], [[-.5]]]), F('row', [.2, -.3, .1])]
save('bends', 14, bends, values, {'x': 9 * f(2, 2, 2, 3), 'asked': np.array(.3, dtype=np.float32)}, 'a b c d e g i j k l m n o p q r s t u v w y z aa ab ac ad'.split())
far = np.array([np.nan, np.inf, -np.inf, 0., 3., -3., 100., -100., 3e38, -3e38, 6., 1e-40], dtype=np.float32).reshape(1, 2, 2, 3)
# (where a bound is left out onnxruntime makes the largest number of infinity: b, c, e)
save('limits', 14, bends, values, {'x': far, 'asked': np.array(1, dtype=np.float32)}, 'a d g i j k l m n o p q r s t u v w y'.split())
save('old9', 9, [
    N('Clip', ['x'], ['a'], min=-.2, max=.3), N('Clip', ['x'], ['b'], min=0., max=6.), N('Clip', ['x'], ['c'], max=.1), N('Pad', ['x'], ['d'], pads=[0, 0, 1, 2, 0, 1, 0, 1], value=.5),
    N('Upsample', ['x', 'by'], ['e']), N('ReduceMax', ['x'], ['g'], axes=[1, 3]), N('ReduceMin', ['x'], ['i'], axes=[2], keepdims=0), N('Pad', ['x'], ['p'], pads=[0, 0, 1, 0, 0, 0, 2, 1]), N('Conv', ['p', 'w'], ['j'], strides=[2, 1], pads=[0, 1, 0, 0]),
    N('Slice', ['x'], ['k'], starts=[1, -3], ends=[3, 10**6], axes=[1, -1]), N('Softmax', ['x'], ['l']), N('Unsqueeze', ['x'], ['m'], axes=[1]), N('BatchNormalization', ['x', 'gamma', 'gamma', 'gamma', 'var'], ['n'])],
    [F('by', [1., 1., 2., 3.]), F('w', f(4, 3, 3, 2)), F('gamma', [1., -1., 2.]), F('var', [1., .5, 2.])], {'x': f(2, 3, 4, 5)}, list('abcdegijklmn'))
save('repeats', 18, [
    N('Expand', ['x', 'to'], ['a']), N('Expand', ['x', 'less'], ['b']), N('Tile', ['x', 'times'], ['c']), N('Where', ['mask', 'x', 'seven'], ['d']), N('Where', ['mask', 'zero', 'x'], ['e']),
    # what PyTorch makes of x.expand(2, -1, -1, -1)
    N('Shape', ['x'], ['s']), N('ConstantOfShape', ['four'], ['ones'], value=h.make_tensor('v', T.INT64, [1], [1])), N('Mul', ['ones', 'm1'], ['ms']), N('Equal', ['wish', 'ms'], ['eq']), N('Where', ['eq', 'ones', 'wish'], ['to2']), N('Expand', ['x', 'to2'], ['g']),
    # a causal mask
    N('Gather', ['s', 'last'], ['n']), N('Range', ['i0', 'n', 'i1'], ['r']), N('Unsqueeze', ['r', 'ax1'], ['rc']), N('LessOrEqual', ['r', 'rc'], ['le']), N('Not', ['le'], ['no']), N('Where', ['no', 'minus', 'zero'], ['cm']), N('Add', ['q', 'cm'], ['qm']), N('Softmax', ['qm'], ['i'], axis=-1),
    N('Trilu', ['full'], ['tri'], upper=0), N('Where', ['tri', 'q', 'minus'], ['qt']), N('ReduceMax', ['qt', 'axl'], ['mx']), N('Sub', ['qt', 'mx'], ['sh']), N('Exp', ['sh'], ['ex']), N('ReduceSum', ['ex', 'axl'], ['sm']), N('Div', ['ex', 'sm'], ['j']),
    N('ReduceMax', ['x'], ['k'], keepdims=0), N('ReduceMin', ['x', 'axl'], ['l']), N('ReduceMax', ['x'], ['m'], noop_with_empty_axes=1), N('GlobalMaxPool', ['x'], ['o']),
    N('Pad', ['x', 'p1', '', 'pax'], ['p']), N('Pad', ['x', 'p2', 'half'], ['t']), N('Pad', ['x', 'p3'], ['z1']), N('AveragePool', ['z1'], ['u'], kernel_shape=[2, 2], strides=[2, 2]), N('Pad', ['x', 'p3', 'minus'], ['z2']), N('MaxPool', ['z2'], ['v'], kernel_shape=[2, 2], strides=[2, 1], pads=[0, 1, 0, 0]),
    N('Resize', ['x', '', 'by'], ['w'], coordinate_transformation_mode='asymmetric', nearest_mode='floor'), N('Resize', ['x', '', '', 'sizes'], ['y']), N('Cast', ['tok'], ['tf'], to=T.FLOAT), N('Sub', ['one', 'tf'], ['tn']), N('Mul', ['tn', 'minus2'], ['z'])],
    [I('to', 2, 1, 3, 3), I('less', 3, 1), I('times', 1, 2, 1, 3), B('mask', rng.integers(0, 2, (3, 3))), F('minus', -np.inf), F('minus2', -1e4), F('seven', -7.), F('zero', 0.), F('one', 1.), F('half', .5), I('four', 4), nh.from_array(np.array(-1), 'm1'), I('wish', 2, -1, -1, -1), nh.from_array(np.array(-1), 'last'),
     nh.from_array(np.array(0), 'i0'), nh.from_array(np.array(1), 'i1'), I('ax1', 1), I('axl', -1), B('full', np.ones((3, 3))), I('p1', 1, 0, 0, 2), I('pax', -1, 1), I('p2', 0, 0, -1, 1, 0, 1, 0, -1), I('p3', 0, 0, 1, 0, 0, 0, 0, 1), F('by', [1., 1., 2., 3.]), I('sizes', 1, 2, 6, 3)],
    {'x': f(1, 2, 3, 3), 'q': f(2, 3, 3), 'tok': np.array([[1, 0, 1]], dtype=np.int64)}, list('abcdegijklmoptuvwyz'))
# blocks of MobileNetV3: expansion, one filter a channel, squeeze and excite, projection, a sum; small and with an open batch
def conv(x, o, ins, outs, k=1, group=1, s=1, act=None, pad=None):
    p = 'features.' + o
    W.extend([F(p + '.weight', f(outs, ins // group, k, k)), *[F(p + '.bn' + q, v) for q, v in zip(('.weight', '.bias', '.running_mean', '.running_var'), (1 + f(outs), f(outs), f(outs), abs(f(outs)) + .5))]])
    put = [N('Conv', [x, p + '.weight'], [o + '_c'], kernel_shape=[k, k], strides=[s, s], group=group, pads=pad or [k // 2] * 4, name='/' + p + '/Conv'),
           N('BatchNormalization', [o + '_c'] + [p + '.bn' + q for q in ('.weight', '.bias', '.running_mean', '.running_var')], [o + ('_b' if act else '')])]
    return put + ([act(o + '_b', o)] if act else [])
hswish = lambda x, o: N('HardSwish', [x], [o])
relu6 = lambda x, o: N('Clip', [x, 'zero', 'six'], [o])
def excite(x, o, c, m):
    W.extend([F(o + '.fc1.weight', f(m, c, 1, 1)), F(o + '.fc1.bias', f(m)), F(o + '.fc2.weight', f(c, m, 1, 1)), F(o + '.fc2.bias', f(c))])
    return [N('GlobalAveragePool', [x], [o + '1']), N('Conv', [o + '1', o + '.fc1.weight', o + '.fc1.bias'], [o + '2']), N('Relu', [o + '2'], [o + '3']),
            N('Conv', [o + '3', o + '.fc2.weight', o + '.fc2.bias'], [o + '4']), N('HardSigmoid', [o + '4'], [o + '5'], alpha=1 / 6), N('Mul', [o + '5', x], [o])]
W = [F('zero', 0.), F('six', 6.), I('to', 0, -1), I('pads', 0, 0, 0, 0, 0, 0, 1, 1), F('cls.weight', f(5, 12)), F('cls.bias', f(5))]
save('mobile', 17, [N('Pad', ['x', 'pads', 'zero'], ['xp'])] + conv('xp', 'stem', 3, 8, 3, s=2, act=hswish, pad=[0] * 4)
     + conv('stem', 'up', 8, 16, act=hswish) + conv('up', 'deep', 16, 16, 3, 16, act=hswish) + excite('deep', 'se', 16, 4) + conv('se', 'down', 16, 8) + [N('Add', ['stem', 'down'], ['r1'])]
     + conv('r1', 'up2', 8, 16, act=relu6) + conv('up2', 'deep2', 16, 16, 5, 16, 2, act=relu6) + conv('deep2', 'down2', 16, 12, act=hswish)
     + [N('ReduceMean', ['down2'], ['pool'], axes=[2, 3], keepdims=1), N('Reshape', ['pool', 'to'], ['flat']), N('Gemm', ['flat', 'cls.weight', 'cls.bias'], ['y'], transB=1)],
     W, {'x': f(2, 3, 12, 12)}, ['y'], {'x': ['N', 3, 12, 12]})
# a block of a language model: a causal mask made by the file, one of the input's, gates x sigmoid(x), a root mean square
h_, heads = 8, 2
W = [F('minus', -np.inf), F('least', -1e9), F('zero', 0.), F('one', 1.), F('two', 2.), F('eps', 1e-5), F('scale', (h_ / heads) ** -.5), F('embed.weight', f(11, h_)), I('split', 0, 0, heads, h_ // heads), I('join', 0, 0, h_), I('axl', -1), I('ax0', 0), I('ax1', 1), I('ax12', 1, 2), I('width', h_),
     nh.from_array(np.array(0), 'i0'), nh.from_array(np.array(1), 'i1'), F('norm1', 1 + f(h_)), F('norm2', 1 + f(h_)), F('cls', f(1, 1, h_))]
for p, a, b in (('q', 8, 8), ('k', 8, 8), ('v', 8, 8), ('o', 8, 8), ('gate', 8, 16), ('up', 8, 16), ('down', 16, 8), ('head', 8, 11)): W.append(F(p + '.weight', f(a, b)))
rms = lambda x, w, o: [N('Pow', [x, 'two'], [o + '1']), N('ReduceMean', [o + '1'], [o + '2'], axes=[-1]), N('Add', [o + '2', 'eps'], [o + '3']), N('Sqrt', [o + '3'], [o + '4']), N('Div', [x, o + '4'], [o + '5']), N('Mul', [w, o + '5'], [o])]
save('decoder', 17, [N('Gather', ['embed.weight', 'tokens'], ['e']), N('Shape', ['tokens'], ['s']), N('Gather', ['s', 'i0'], ['b0']), N('Gather', ['s', 'i1'], ['n0']), N('Unsqueeze', ['b0', 'ax0'], ['b1']), N('Unsqueeze', ['n0', 'ax0'], ['n1']), N('Concat', ['b1', 'ax1', 'width'], ['cs'], axis=0),
      N('Expand', ['cls', 'cs'], ['c']), N('Concat', ['c', 'e'], ['x0'], axis=1), N('Add', ['n0', 'i1'], ['n']), N('Range', ['i0', 'n', 'i1'], ['r']), N('Unsqueeze', ['r', 'ax1'], ['rc']), N('Less', ['rc', 'r'], ['later']), N('Where', ['later', 'minus', 'zero'], ['causal']),
      N('Cast', ['attention'], ['am'], to=T.FLOAT), N('Sub', ['one', 'am'], ['an']), N('Mul', ['an', 'least'], ['al']), N('Unsqueeze', ['al', 'ax12'], ['ab']), N('Add', ['ab', 'causal'], ['mask'])]
     + rms('x0', 'norm1', 'm') + [N('MatMul', ['m', p + '.weight'], [p], name=f'/{p}/MatMul') for p in 'qkv'] + split('q', 'qh', [0, 2, 1, 3]) + split('k', 'kh', [0, 2, 3, 1]) + split('v', 'vh', [0, 2, 1, 3])
     + [N('MatMul', ['qh', 'kh'], ['qk']), N('Mul', ['qk', 'scale'], ['qs']), N('Add', ['qs', 'mask'], ['qm']), N('ReduceMax', ['qm'], ['mx'], axes=[-1]), N('Sub', ['qm', 'mx'], ['sh']), N('Exp', ['sh'], ['ex']), N('ReduceSum', ['ex', 'axl'], ['sm']), N('Div', ['ex', 'sm'], ['p']),
        N('MatMul', ['p', 'vh'], ['ph']), N('Transpose', ['ph'], ['pt'], perm=[0, 2, 1, 3]), N('Reshape', ['pt', 'join'], ['pj']), N('MatMul', ['pj', 'o.weight'], ['oo'], name='/o/MatMul'), N('Add', ['x0', 'oo'], ['x1'])]
     + rms('x1', 'norm2', 't') + [N('MatMul', ['t', 'gate.weight'], ['g'], name='/gate/MatMul'), N('Sigmoid', ['g'], ['gs']), N('Mul', ['g', 'gs'], ['ga']), N('MatMul', ['t', 'up.weight'], ['u'], name='/up/MatMul'), N('Mul', ['ga', 'u'], ['gu']), N('MatMul', ['gu', 'down.weight'], ['d'], name='/down/MatMul'), N('Add', ['x1', 'd'], ['x2']), N('MatMul', ['x2', 'head.weight'], ['y'], name='/head/MatMul')],
     W, {'tokens': rng.integers(0, 11, (2, 5)).astype(np.int64), 'attention': np.array([[1, 1, 1, 1, 1, 1], [1, 1, 0, 1, 1, 0]], dtype=np.int64)}, ['y'], {'tokens': ['N', 5], 'attention': ['N', 6]})
# conditions of what is only known while running
save('conditions', 16, [
    N('Greater', ['x', 'y'], ['g']), N('Where', ['g', 'x', 'y'], ['a']), N('Less', ['x', 'half'], ['l']), N('GreaterOrEqual', ['y', 'x'], ['ge']), N('And', ['l', 'ge'], ['both']), N('Or', ['l', 'g'], ['any']), N('Not', ['both'], ['no']),
    N('Where', ['no', 'x', 'minus'], ['b']), N('Cast', ['any'], ['c'], to=T.FLOAT), N('LessOrEqual', ['x', 'x'], ['le']), N('Cast', ['le'], ['d'], to=T.FLOAT),
    N('Equal', ['tok', 'pad'], ['eq']), N('Where', ['eq', 'minus', 'half'], ['e']), N('Cast', ['tok'], ['tb'], to=T.BOOL), N('Where', ['tb', 'x', 'y'], ['f']),
    N('Sqrt', ['x'], ['root']), N('IsNaN', ['root'], ['nan']), N('Where', ['nan', 'half', 'root'], ['i']), N('And', ['g', 'mask'], ['gm']), N('Where', ['gm', 'x', 'y'], ['j'])],
    [F('half', .1), F('minus', -9.), nh.from_array(np.array(0), 'pad'), B('mask', [True, False, True])], {'x': f(2, 3), 'y': f(2, 3), 'tok': np.array([[1, 0, 2], [0, 0, 5]], dtype=np.int64)}, list('abcdefij'))
