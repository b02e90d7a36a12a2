# SPDX-License-Identifier: Apache-2.0
"""make_mindir.py: writes the .mindir files (and NAME_ms.onnx) here, and beside each its sample: inputs and MindSpore's answers.
Needs mindspore 2.10. Two runs give the same networks in other bytes: MindSpore numbers its graphs."""
import json, os, struct
import numpy as np, mindspore as ms
from mindspore import nn, ops, Tensor, export, Parameter
ms.set_context(mode=ms.GRAPH_MODE)
ms.set_device('CPU')
rng = np.random.default_rng(3)
f = lambda *s: rng.normal(0, 1, s).astype(np.float32)
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


def save(name, net, *inputs, onnx=False):
    net.set_train(False)
    for p in net.get_parameters():
        v = rng.normal(0, .3, p.shape).astype(np.float32)
        p.set_data(Tensor(np.abs(v) + .5 if 'variance' in p.name else v))
    tensors = [Tensor(x) for x in inputs]
    answers = net(*tensors)
    answers = answers if isinstance(answers, tuple) else (answers,)
    for kind, path in (('MINDIR', name), ('ONNX', name + '_ms')):
        if kind == 'ONNX' and not onnx: continue
        export(net, *tensors, file_name=path, file_format=kind)
        write_sample(f'{path}.{kind.lower()}', {**{f'x{i}': x for i, x in enumerate(inputs)}, **{f'y{i}': y.asnumpy() for i, y in enumerate(answers)}})

class Conv(nn.Cell):
    def __init__(self):
        super().__init__()
        self.conv1=nn.Conv2d(2,4,3,pad_mode='pad',padding=(1,0,2,1),stride=(2,1),dilation=1,group=2,has_bias=True)
        self.conv2=nn.Conv2d(4,4,3,stride=2,pad_mode='same')
        self.bn=nn.BatchNorm2d(4); self.relu=nn.ReLU(); self.pool=nn.MaxPool2d(2,2); self.avg=nn.AvgPool2d(2,1); self.flatten=nn.Flatten(); self.fc=nn.Dense(16,5)
    def construct(self,x):
        x=self.pool(self.relu(self.conv1(x)));x=self.relu(self.bn(self.conv2(x)));x=self.avg(x); return self.fc(self.flatten(x))
save('conv', Conv(), f(2, 2, 18, 18))
class Block(nn.Cell):
    def __init__(self,h=8,heads=2):
        super().__init__()
        self.h=h; self.heads=heads
        self.emb=nn.Embedding(11,h); self.ln1=nn.LayerNorm((h,)); self.ln2=nn.LayerNorm((h,))
        self.q=nn.Dense(h,h); self.k=nn.Dense(h,h); self.v=nn.Dense(h,h); self.o=nn.Dense(h,h); self.up=nn.Dense(h,16); self.down=nn.Dense(16,h); self.gelu=nn.GELU(approximate=False); self.drop=nn.Dropout(p=0.1)
    def construct(self,t):
        x=self.emb(t); b,n,h=x.shape
        y=self.ln1(x)
        sp=lambda v: v.reshape((b,n,self.heads,h//self.heads)).transpose((0,2,1,3))
        q=sp(self.q(y)); k=sp(self.k(y)); v=sp(self.v(y))
        a=ops.softmax(ops.matmul(q,k.transpose((0,1,3,2)))/2.0,-1)
        y=ops.matmul(self.drop(a),v).transpose((0,2,1,3)).reshape((b,n,h))
        x=x+self.o(y)
        x=x+self.down(self.gelu(self.up(self.ln2(x))))
        return ops.mean(x,1)
save('block',Block(),rng.integers(0,11,(2,5)).astype(np.int32))
class Many(nn.Cell):
    def construct(self,x):
        a=ops.tanh(x)*ops.sigmoid(x)-ops.sqrt(ops.abs(x)+1.0)
        b=ops.concat((a,x,ops.exp(a)),1)
        c=b[:,1:5:2]; d=ops.reduce_sum(b,(1,)) ; e=ops.log_softmax(b,-1); g=ops.erf(b)**2
        p,q=ops.split(b,6,axis=1)
        return c,d,e,g,p+q
save('many',Many(),f(3,4))
class Ops(nn.Cell):
    def construct(self,x):
        a=ops.tanh(x)*ops.sigmoid(x)-ops.sqrt(x*x+1.0)
        b=ops.concat((a,x),1)
        p,q=ops.split(b,3,axis=1)
        c=ops.stack((p,q),1); c=ops.squeeze(ops.expand_dims(c,0),0)
        d=ops.gelu(c)/3; d=ops.reduce_mean(ops.erf(d)**2,2)
        return ops.softmax(d-0.5,1), ops.log_softmax(d,-1)
save('ops',Ops(),f(2,3))
class Two(nn.Cell):
    def __init__(self):
        super().__init__(); self.w=Parameter(Tensor(f(3,4)),name='w')
    def construct(self,x,y):
        return ops.matmul(x,self.w.T)+y
save('two',Two(),f(2,4),f(2,3))
class Dyn(nn.Cell):
    def __init__(self):
        super().__init__(); self.d=nn.Dense(4,3)
    def construct(self,x): return self.d(x.reshape((x.shape[0],-1)))
n=Dyn(); n.set_inputs(Tensor(shape=[None,2,2],dtype=ms.float32)); 
save('dyn', n, f(2, 2, 2))
class Casts(nn.Cell):
    def __init__(self):
        super().__init__(); self.d=nn.Dense(4,3)
    def construct(self,x,t):
        y=x.astype(ms.float16).astype(ms.float32); z=self.d(y)
        i=t.astype(ms.int64)
        return z + ops.gather(x,i,0)[:, 0:3]
save('casts',Casts(),f(2,4),np.array([1,0],dtype=np.int32))
class Slices(nn.Cell):
    def construct(self,x):
        a=x[:,1]; b=x[...,2]; c=x[:,::2,-1:]; d=ops.flatten(x,start_dim=1); e=x.reshape(x.shape[0],3,2,2).swapaxes(1,2)
        return a, b, c, d, e, x[:, 0:2, 1:-1], ops.squeeze(ops.unsqueeze(x,1),1), ops.transpose(x,(0,2,1)), x.sum(axis=1,keepdims=True), x.mean((1,2))
save('slices', Slices(), f(2, 3, 4), onnx=True)
class Norms(nn.Cell):
    def __init__(self):
        super().__init__(); self.b1=nn.BatchNorm1d(4); self.d=nn.Dense(4,4); self.ln=nn.LayerNorm((3,4),begin_norm_axis=1,begin_params_axis=1); self.g=nn.GELU(); self.avg=nn.AdaptiveAvgPool2d(1) if hasattr(nn,'AdaptiveAvgPool2d') else None; self.p=nn.AvgPool2d(2,2,pad_mode='same'); self.m=nn.MaxPool2d(3,2,pad_mode='same')
    def construct(self,x,y,z):
        return self.b1(self.d(x)), self.ln(y), self.g(x), self.p(z), self.m(z), ops.mean(z,(2,3),True)
save('norms',Norms(),f(2,4),f(2,3,4),f(2,2,5,6))
class Conv1(nn.Cell):
    def __init__(self):
        super().__init__(); self.c=nn.Conv2d(2,4,3,dilation=2,pad_mode='same'); self.b=nn.BatchNorm2d(4)
        self.dw=nn.Conv2d(4,4,3,group=4,pad_mode='pad',padding=1)
    def construct(self,x):
        y=self.b(self.c(x)); return self.dw(y)+y
save('conv1', Conv1(), f(2, 2, 6, 7), onnx=True)
class Bends(nn.Cell):
    def __init__(self):
        super().__init__(); self.leaky=nn.LeakyReLU(0.1); self.p=nn.PReLU(3); self.elu=nn.ELU()
    def construct(self,x):
        return (ops.relu6(x), ops.hardswish(x), ops.hardsigmoid(x), self.leaky(x), self.p(x), self.elu(x), ops.softplus(x), ops.silu(x),
                ops.clamp(x,-0.5,0.4), ops.hardtanh(x,-0.3,0.2), ops.floor(x), ops.log(ops.abs(x)+1.0), ops.exp(x), ops.square(x)+ops.rsqrt(ops.abs(x)+0.1), ops.maximum(x,ops.minimum(x*2.0,x+0.3)), ops.addn([x,x*0.5,x*x]))
save('bends', Bends(), 3*f(2, 3, 4))
class Repeats(nn.Cell):
    def __init__(self):
        super().__init__(); self.mask=Tensor(np.tril(np.ones((4,4))).astype(bool)); self.d=nn.Dense(4,4); self.c=nn.Conv2d(2,2,3,pad_mode='valid'); self.pad=nn.ZeroPad2d((1,2,1,0))
    def construct(self,x,y,t):
        a=ops.broadcast_to(x,(3,2,4,4)); b=ops.tile(x,(1,2,3)); c=ops.masked_fill(self.d(x),ops.logical_not(self.mask),-1e4); d=ops.select(self.mask,self.d(x)[0],x[0])
        e=ops.amax(x,-1,keepdims=True); g=ops.amin(x,(0,1)); h=self.c(self.pad(y)); i=ops.pad(x,(1,0,0,2),value=0.5); j=(1.0-t.astype(ms.float32))*-100.0; k=ops.ReduceMax(True)(x,1)
        return a,b,c,d,e,g,h,i,j,k
save('repeats', Repeats(), f(2, 4, 4), f(1, 2, 5, 4), np.array([[1,0,1]],dtype=np.int32))
