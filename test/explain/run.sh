#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh: tenon-explain as a user runs it. TENON_PROGRAMS is the folder of the program,
# TENON_TEST_DATA that of the data.
explain=${TENON_PROGRAMS:-build/examples}/tenon-explain
cases=${TENON_TEST_DATA:-test/data}/mindspore/layout-cases.json
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
failures=0

# expect STATUS TEXT ARGUMENT...: the exit status, and a text in what is printed
expect() {
  local status=$1 text=$2 found
  shift 2
  "$explain" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
  found=$?
  if [ "$found" != "$status" ] || ! grep -qF -- "$text" "$scratch/out" "$scratch/err"; then
    echo "tenon-explain $*: exit status $found, expected $status and \"$text\""
    head -5 "$scratch/out" "$scratch/err"
    failures=$((failures + 1))
  elif [ "$status" = 2 ] && [ "$(grep -c . "$scratch/err")" -gt 2 ]; then
    echo "tenon-explain $*: more than one message"
    failures=$((failures + 1))
  fi
}

matmul=(--operator MatMul --shapes '((32,784),(784,512))')

# cases
expect 0 ' passed, 0 failed, 0 skipped' --cases "$cases"
sed '/"id": "relu-006"/s/"device_matrix": \[8, 1\]/"device_matrix": [1, 8]/' "$cases" \
  >"$scratch/altered.json"
expect 1 '"relu-006": device_matrix: expected [1,8], computed [8,1]' --cases "$scratch/altered.json"
expect 1 ' passed, 1 failed, 0 skipped' --cases "$scratch/altered.json"
head -c 1000 "$cases" >"$scratch/cut.json"
expect 2 'is no file of cases' --cases "$scratch/cut.json"
expect 2 'cannot read' --cases "$scratch/nothing.json"
echo '{"cases": [{"kind": "weather"}, {"kind": "relu"}, 3]}' >"$scratch/odd.json"
expect 2 'a case without a kind: 3' --cases "$scratch/odd.json"
echo '{"cases": [{"kind": "weather"}, {"kind": "relu"}]}' >"$scratch/odd.json"
expect 1 '0 passed, 1 failed, 1 skipped' --cases "$scratch/odd.json"

# operators
expect 0 '[32, 512]  map [3,1]  slice [16, 256]' "${matmul[@]}" --strategy '((2,1),(1,2))'
expect 0 '"device_matrix":[2,1,2,2]' "${matmul[@]}" --strategy '[[2,1],[1,2]]' --json
expect 0 '{0 2} {1 3}' --operator matmul --shapes '((8,512),(512,10))' --strategy '((2,2),(2,1))'
expect 0 'on [4, 1, 2]' --operator MatMul --shapes '((8,512),(512,10))' \
  --strategy '((2,2),(2,1))' --out-strategy '(4,1)'
expect 0 "MindSpore's default" --operator ReLU --shapes '(32,784)'
expect 0 'map [1,2]' --operator MatMul --shapes '((784,32),(784,512))' \
  --strategy '((1,2),(1,2))' --attributes '{"transpose_a": true}' --devices 4
echo '{"operator": "ReLU", "shapes": [[8, 8]], "strategies": [[2, 2]], "devices": 4}' \
  >"$scratch/q.json"
expect 0 '"device_matrix":[2,2]' --question "$scratch/q.json" --json

# the network
expect 0 '3 collectives; the worst rank sends 18304 bytes and receives 18304' --devices 8 --batch 32
expect 0 '5 collectives; the worst rank sends 80352 bytes and receives 80352' --record
expect 0 'layer1.weight   [2, 2, 2]       [-1, 1]       [784, 256] of [784, 512]' --record
expect 0 'MindSpore refuses it' --record --batch 1
expect 2 'layer1.matmul, input 0, dimension 0: size: 1, parts: 2' --strict --batch 1
expect 0 'collectives' --strict --batch 32
expect 0 '"collectives": 3' --json
for devices in 1 2 3 4 5 6 7 12 16; do expect 0 'collectives' --devices $devices --batch 3; done

# pipeline stages
stages=(--batch 32 --pipeline-stages layer1=0,layer3=1)
expect 0 'in 2 stages' --devices 8 "${stages[@]}"
expect 0 'stage 1, ranks 4 to 7' --devices 8 "${stages[@]}"
expect 0 'to stage 1: each rank sends the rank 4 behind it 1 message of 16384 bytes at most' \
  --devices 8 "${stages[@]}"
expect 0 'bytes for 2 blocks from the stage before' --devices 8 "${stages[@]}"
expect 0 '"bytes_sent_on": 16384' --devices 8 "${stages[@]}" --json
expect 0 'MatMul_layer3.weight' --devices 8 "${stages[@]}" --record
expect 0 'layer1.matmul.shard(' --devices 8 "${stages[@]}" --auto
pipe8=${TENON_TEST_DATA:-test/data}/mindspore/strategy/pipe8/strategy_rank{}.ckpt
expect 0 'stage 0, ranks 0 to 3' --strategy "$pipe8"
expect 2 'cuts over: 4, devices: 2' --strategy "$pipe8" --devices 4
expect 2 'the ranks are not a multiple of the stages: layer3.matmul, ranks: 7, stages: 2' \
  --devices 7 "${stages[@]}"
expect 2 'layer3.matmul, stage: 1, stages: 3' --pipeline-stages layer1=0,layer3=2
expect 2 'legal: layer1=0,layer3=1' --pipeline-stages layer1
expect 2 'excludes' --operator ReLU --shapes '(4)' --pipeline-stages layer1=0

# mistakes
expect 2 'the operator Foo is not known; known are Add, ' --operator Foo --shapes '(1)'
expect 2 '--shapes is missing' --operator MatMul
expect 2 '--shapes is no list' --operator MatMul --shapes '((32,784),(784,512)'
expect 2 'dimension k: 784 and 783' --operator MatMul --shapes '((32,784),(783,512))'
expect 2 'cuts over: 6, devices: 8' "${matmul[@]}" --strategy '((2,1),(1,3))'
expect 2 'splits: 1, inputs: 2' "${matmul[@]}" --strategy '(2,1)'
expect 2 'MindSpore refuses it' --strict --operator ReLU --shapes '(31,4)' --strategy '(2,1)'
expect 0 'MindSpore refuses it' --operator ReLU --shapes '(31,4)' --strategy '(2,1)'
expect 2 'the attribute axes is none of Softmax; it has axis...' \
  --operator Softmax --shapes '(4,4)' --attributes '{"axes": 1}'
expect 2 'the attribute perm is missing' --operator Transpose --shapes '(4,4)'
expect 2 'has more than 8 numbers' --operator ReLU --shapes '(1,1,1,1,1,1,1,1,1)'
expect 2 'below 0' --operator ReLU --shapes '(-1,4)'
expect 2 '--attributes is no JSON' --operator ReLU --shapes '(4)' --attributes '{'
expect 2 '--devices' --devices 0
expect 2 "256 ranks at most" --devices 257
expect 2 '--operator' --shapes '(4)'
expect 2 'excludes' --cases "$cases" --devices 8
expect 2 'not expected' weather
expect 2 'is no JSON object' --question /dev/null
expect 0 'Usage' --help
cp "${TENON_EXAMPLE_DATA:-examples/data}/mlp.mindir" "$scratch/mlp.mindir"
expect 2 'it is the input' --auto --model "$scratch/mlp.mindir" --write-strategy "$scratch/mlp.mindir"

[ $failures = 0 ] && echo 'tenon-explain: all as expected'
exit $((failures > 0))
