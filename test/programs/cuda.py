# SPDX-License-Identifier: Apache-2.0
"""--backend cuda: MindSpore's answers on a GPU; without one, what is missing, once, on every number of ranks."""
import subprocess

from program import check, data, end, first_images, folder, lenet5, programs, read_npy, run_ranks

few = first_images(256)
_, expected = read_npy(data / "mindspore/reference/mlp_logits256_float64.npy")
for ranks in (1, 2):
    output = folder / "logits.npy"
    code, out, err = run_ranks(ranks, "mnist", "--backend", "cuda", "--output", output, *few)
    if code == 0:  # there is a device
        _, found = read_npy(output)
        check("%d ranks: the logits are MindSpore's" % ranks, max(abs(a - b) for a, b in zip(found, expected)) <= 1e-4)
        check("%d ranks: it is said where it ran" % ranks, "note: %d rank" % ranks in out and " on device 0 (" in out, out)
        continue
    check("%d ranks: one line says what is missing" % ranks, len(err) == 1, *err)
    known = err[:1] and (err[0].startswith("tenon: no CUDA device: ") or err[0].startswith("tenon: this build has no CUDA: "))
    check("%d ranks: it says so" % ranks, known, *err)
for words in (["--backend", "cpu", "--device", "0"], ["--backend", "reference", "--tf32"], ["--kernel-folder", "/tmp"],
              ["--device-exchange", "staged"]):
    code, out, err = run_ranks(1, "mnist", *words, *few)
    check("a GPU's options are refused without one: " + " ".join(words),
          code == 1 and len(err) == 1 and "--device, --tf32, --kernel-folder and --device-exchange are a GPU's" in err[0], *err)
done = subprocess.run([programs / "tenon-run", *lenet5, "--backend", "cuda"], stdout=subprocess.PIPE,
                      stderr=subprocess.STDOUT, text=True, timeout=60)
check("tenon-run says it, too", done.returncode == 0 or "CUDA" in done.stdout, done.stdout)
end()
