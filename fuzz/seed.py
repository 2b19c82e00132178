"""Makes the fuzz targets' first corpora of the fixtures: `python fuzz/seed.py` (needs fixtures/requirements.txt).

Models go to `read` and `convert` as they are, and in archives to `bundle`; the sparsity of their tensors and the options of their custom
operators, in the form that the other targets read (src/fuzzing.rs), to theirs.
"""

import hashlib
import io
import zipfile
from pathlib import Path

import flatbuffers
from ai_edge_litert import schema_py_generated as schema

HERE = Path(__file__).parent
FIXTURES = HERE.parent / "fixtures"


def keep(target, data):
    folder = HERE / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)


def sparse(model):
    for graph in model.subgraphs or []:
        for tensor in graph.tensors or []:
            if tensor.sparsity is None or tensor.shape is None or len(tensor.shape) > 5:
                continue
            data = model.buffers[tensor.buffer].data
            if data is None or len(data) > 255 or max(tensor.shape) > 255:
                continue
            builder = flatbuffers.Builder()
            builder.Finish(tensor.sparsity.Pack(builder))
            width = {schema.TensorType.INT8: 0, schema.TensorType.FLOAT16: 1}.get(tensor.type, 2)
            head = bytes([width, len(tensor.shape), *tensor.shape, len(data), *data])
            keep("sparse", head + bytes(builder.Output()))


def options(model):
    for graph in model.subgraphs or []:
        for operator in graph.operators or []:
            if operator.customOptions is not None and len(operator.customOptions):
                keep("flexbuffer", bytes(bytearray(operator.customOptions)))


def archive(files, compression=zipfile.ZIP_STORED):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", compression) as bundle:
        for name, content in files.items():
            bundle.writestr(name, content)
    return data.getvalue()


def bundles():
    model = (FIXTURES / "models" / "blaze.tflite").read_bytes()[:2000]
    small = archive({"a.tflite": model, "labels.txt": b"cat\ndog\n"}, zipfile.ZIP_DEFLATED)
    keep("bundle", small)
    keep("bundle", archive({"b.task": small, "c/d.tflite": model}))
    keep("bundle", model + small)
    for path in sorted(FIXTURES.rglob("*.task")) + sorted(FIXTURES.rglob("*.zip")):
        keep("bundle", path.read_bytes())
    for path in sorted(FIXTURES.rglob("*metadata*.tflite")):
        keep("bundle", path.read_bytes())


def main():
    bundles()
    for path in sorted(FIXTURES.rglob("*.tflite")):
        data = path.read_bytes()
        if len(data) <= 1 << 14:
            keep("read", data)
            keep("convert", data)
        if "invalid" in path.parts:
            continue
        model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(data))
        sparse(model)
        options(model)
    for folder in sorted((HERE / "corpus").iterdir()):
        print(folder.name, len(list(folder.iterdir())))


if __name__ == "__main__":
    main()
