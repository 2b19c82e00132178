#!/usr/bin/env python3
"""Checks proto/tflite.fbs and proto/onnx.proto against the published packages, fact by fact.

    python3 -m venv /tmp/formats
    /tmp/formats/bin/pip install ai-edge-litert==2.3.0 onnx==1.23.2
    /tmp/formats/bin/python tools/check_formats.py

Each format is read twice into the same flat mapping of facts: once from our file, by the small parsers below, and once
from the package, by looking at its generated code (TFLite) or its descriptors (ONNX). Then the two mappings must be
equal; every difference is printed and the exit status is 1.

The generated Python of TFLite does not show everything: an enum-typed field is only an integer of the enum's width
there, a deprecated field is a gap in the numbering, and `force_align` leaves no trace.
"""

import inspect
import re
import sys
from importlib import metadata
from pathlib import Path

PROTO = Path(__file__).resolve().parent.parent / "proto"


# ----------------------------------------------------------------------------------------------------------------------
# TFLite, our file
# ----------------------------------------------------------------------------------------------------------------------

# flatbuffers scalar types, by the name that the Python runtime gives to their width
SCALARS = {
    "bool": "Bool", "byte": "Int8", "ubyte": "Uint8", "short": "Int16", "ushort": "Uint16", "int": "Int32",
    "uint": "Uint32", "long": "Int64", "ulong": "Uint64", "float": "Float32", "double": "Float64",
}  # fmt: skip

DECLARATION = re.compile(r"(enum|union|table)\s+(\w+)(?:\s*:\s*(\w+))?\s*\{(.*?)\}", re.DOTALL)
FIELD = re.compile(r"(\w+)\s*:\s*(\[?)(\w+)\]?\s*(?:=\s*([\w.-]+))?\s*(\([^)]*\))?\s*;")
MEMBER = re.compile(r"(\w+)\s*=\s*(-?\d+)\s*,")


def remainder(pattern, text):
    """What a pattern leaves of a text: something if the parser failed to understand a line."""
    return pattern.sub("", text).strip()


def read_fbs(path):
    """The facts of a flatbuffers schema."""
    text = re.sub(r"//.*", "", path.read_text())
    facts, enums, unions, tables = {}, {}, {}, {}
    for kind, name, base, body in DECLARATION.findall(text):
        pattern = FIELD if kind == "table" else MEMBER
        if left := remainder(pattern, body):
            sys.exit(f"{path}: {kind} {name}: cannot read {left!r}")
        members = pattern.findall(body)
        if kind == "table":
            tables[name] = members
        elif kind == "enum":
            enums[name] = (SCALARS[base], {key: int(value) for key, value in members})
        else:
            unions[name] = {"NONE": 0} | {key: int(value) for key, value in members}
    for directive in remainder(DECLARATION, text).split(";"):
        key, _, value = directive.strip().partition(" ")
        if key == "file_identifier":
            facts["file identifier"] = value.strip('"')

    for name, values in [(name, values) for name, (_, values) in enums.items()] + list(unions.items()):
        facts |= {f"{name}.{key}": value for key, value in values.items()}
        facts[f"kind of {name}"] = "union" if name in unions else "enum"
    for name, fields in tables.items():
        facts[f"kind of {name}"] = "table"
        facts |= dict(read_table(name, fields, enums, unions, tables))
    return facts


def read_table(table, fields, enums, unions, tables):
    slot = 0
    for name, vector, kind, default, attributes in fields:
        label = f"{table}.{camel(name)}"
        shown = "deprecated" not in attributes
        if kind in unions:
            if shown:
                yield f"{label}Type", (slot, "Uint8", 0)
                yield label, (slot + 1, f"union {kind}", None)
            slot += 2
            continue
        if kind in enums:
            width, values = enums[kind]
            default = values[default] if default else 0
        elif kind in SCALARS:
            width = SCALARS[kind]
            default = default == "true" if kind == "bool" else float(default or 0)
        elif kind == "string" or kind in tables:
            width, default = kind, None
        else:
            sys.exit(f"{label}: unknown type {kind}")
        if shown:
            yield label, (slot, f"[{width}]", None) if vector else (slot, width, default)
        slot += 1
    yield f"slots of {table}", slot


def camel(name):
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


# ----------------------------------------------------------------------------------------------------------------------
# TFLite, the package
# ----------------------------------------------------------------------------------------------------------------------

ELEMENT = re.compile(r"_tab\.Get\(flatbuffers\.number_types\.(\w+)Flags")
OBJECT = re.compile(r"obj = (\w+)\(\)")
RETURN = re.compile(r"return (\S+)\s*$")
CREATOR = re.compile(r"self\.(\w+) = (\w+)Creator\(")


def read_litert():
    """The same facts, from the classes that flatc generated for Python."""
    from ai_edge_litert import schema_py_generated as schema

    facts = {}
    for name, cls in inspect.getmembers(schema, inspect.isclass):
        if cls.__module__ != schema.__name__ or hasattr(cls, "InitFromObj"):
            continue  # the object API
        if hasattr(cls, "Init"):
            facts[f"kind of {name}"] = "table"
            facts |= dict(read_class(schema, name, cls))
            continue
        facts[f"kind of {name}"] = "union" if hasattr(schema, f"{name}Creator") else "enum"
        facts |= {f"{name}.{key}": value for key, value in vars(cls).items() if isinstance(value, int)}
    identifier = re.search(r'b"(.*?)"', inspect.getsource(schema.Model.ModelBufferHasIdentifier)).group(1)
    facts["file identifier"] = bytes.fromhex(identifier.replace("\\x", "")).decode()
    return facts


def read_class(schema, table, cls):
    start = inspect.getsource(getattr(schema, f"{table}Start"))
    yield f"slots of {table}", int(re.search(r"StartObject\((\d+)\)", start).group(1))
    unpack = getattr(schema, f"{table}T")._UnPack
    creators = CREATOR.findall(inspect.getsource(unpack))
    unions = {camel(field): union for field, union in creators}
    for name, method in vars(cls).items():
        if name == "Init" or not inspect.isfunction(method) or name.endswith(("AsNumpy", "IsNone")):
            continue
        code = inspect.getsource(method)
        if "_tab.VectorLen" in code:
            continue
        slot = (int(re.search(r"_tab\.Offset\((\d+)\)", code).group(1)) - 4) // 2
        if "_tab.Union" in code:
            yield f"{table}.{name}", (slot, f"union {unions[name]}", None)
            continue
        if "_tab.String" in code:
            kind = "string"
        elif element := ELEMENT.search(code):
            kind = element.group(1)
        else:
            kind = OBJECT.search(code).group(1)
        if "_tab.Vector(" in code:
            yield f"{table}.{name}", (slot, f"[{kind}]", None)
        else:
            yield f"{table}.{name}", (slot, kind, literal(RETURN.search(code).group(1), kind))


def literal(text, kind):
    if text == "None":
        return None
    return text == "True" if kind == "Bool" else float(text)


# ----------------------------------------------------------------------------------------------------------------------
# ONNX, our file
# ----------------------------------------------------------------------------------------------------------------------

TOKEN = re.compile(r'//[^\n]*|"[^"]*"|[\w.]+|[{}\[\];=,]')
PROTO_SCALARS = ["double", "float", "int64", "uint64", "int32", "bool", "string", "bytes", "uint32"]


class ProtoReader:
    """The facts of a proto2 file, as far as ours goes: no services, extensions, maps or groups."""

    def __init__(self, text):
        self.tokens = [token for token in TOKEN.findall(text) if not token.startswith("//")]
        self.at = 0
        self.facts = {}
        self.fields = []
        self.types = {}

    def next(self, *expected):
        token = self.tokens[self.at]
        self.at += 1
        if expected and token not in expected:
            sys.exit(f"onnx.proto: found {token!r} after {' '.join(self.tokens[self.at - 6:self.at - 1])}, not {expected}")
        return token

    def file(self):
        while self.at < len(self.tokens):
            match self.next("syntax", "package", "message", "enum"):
                case "syntax":
                    self.next("=")
                    self.facts["syntax"] = self.next().strip('"')
                    self.next(";")
                case "package":
                    self.facts["package"] = self.next()
                    self.next(";")
                case "message":
                    self.message("")
                case "enum":
                    self.enum("")
        for label, scope, kind, fact in self.fields:
            self.facts[label] = (*fact, self.resolve(scope, kind))
        return self.facts

    def message(self, scope):
        name = f"{scope}.{self.next()}"
        self.types[name] = "message"
        self.facts[f"kind of {name}"] = "message"
        self.next("{")
        while (token := self.next()) != "}":
            match token:
                case "message":
                    self.message(name)
                case "enum":
                    self.enum(name)
                case "reserved":
                    self.reserved(name)
                case "oneof":
                    group = self.next()
                    self.next("{")
                    while (kind := self.next()) != "}":
                        self.field(name, "optional", kind, group)
                case _:
                    self.field(name, token, self.next(), "")

    def field(self, scope, label, kind, group):
        name = self.next()
        self.next("=")
        number = int(self.next())
        packed = False
        if self.next("[", ";") == "[":
            for expected in ("packed", "=", "true", "]", ";"):
                self.next(expected)
            packed = True
        self.fields.append((f"{scope}.{name}", scope, kind, (number, label, group, packed)))

    def reserved(self, scope):
        while (token := self.next()) != ";":
            if token == ",":
                continue
            if token.startswith('"'):
                name = token.strip('"')
                self.facts[f"{scope} reserves {name}"] = True
                continue
            last = int(token)
            if self.tokens[self.at] == "to":
                self.next()
                last = int(self.next())
            self.facts |= {f"{scope} reserves {number}": True for number in range(int(token), last + 1)}

    def enum(self, scope):
        name = f"{scope}.{self.next()}"
        self.types[name] = "enum"
        self.facts[f"kind of {name}"] = "enum"
        self.next("{")
        while (key := self.next()) != "}":
            self.next("=")
            self.facts[f"{name}.{key}"] = int(self.next())
            self.next(";")

    def resolve(self, scope, kind):
        if kind in PROTO_SCALARS:
            return kind
        while f"{scope}.{kind}" not in self.types:
            if not scope:
                sys.exit(f"onnx.proto: unknown type {kind}")
            scope = scope.rpartition(".")[0]
        return f"{self.types[f'{scope}.{kind}']} {scope}.{kind}"


# ----------------------------------------------------------------------------------------------------------------------
# ONNX, the package
# ----------------------------------------------------------------------------------------------------------------------


def read_onnx():
    """The same facts, from the descriptors that the package was built with."""
    from google.protobuf import descriptor_pb2
    from onnx import onnx_ml_pb2

    file = descriptor_pb2.FileDescriptorProto()
    onnx_ml_pb2.DESCRIPTOR.CopyToProto(file)
    facts = {"syntax": file.syntax or "proto2", "package": file.package}
    field_types = descriptor_pb2.FieldDescriptorProto.Type
    field_labels = descriptor_pb2.FieldDescriptorProto.Label

    def enum(scope, descriptor):
        name = f"{scope}.{descriptor.name}"
        facts[f"kind of {name}"] = "enum"
        facts.update({f"{name}.{value.name}": value.number for value in descriptor.value})

    def message(scope, descriptor):
        name = f"{scope}.{descriptor.name}"
        facts[f"kind of {name}"] = "message"
        for inner in descriptor.nested_type:
            message(name, inner)
        for inner in descriptor.enum_type:
            enum(name, inner)
        for reserved in descriptor.reserved_range:
            facts.update({f"{name} reserves {number}": True for number in range(reserved.start, reserved.end)})
        facts.update({f"{name} reserves {reserved}": True for reserved in descriptor.reserved_name})
        for field in descriptor.field:
            label = field_labels.Name(field.label).removeprefix("LABEL_").lower()
            kind = field_types.Name(field.type).removeprefix("TYPE_").lower()
            if field.type_name:
                kind += " " + field.type_name.removeprefix(f".{file.package}")
            group = descriptor.oneof_decl[field.oneof_index].name if field.HasField("oneof_index") else ""
            facts[f"{name}.{field.name}"] = (field.number, label, group, field.options.packed, kind)

    for descriptor in file.message_type:
        message("", descriptor)
    for descriptor in file.enum_type:
        enum("", descriptor)
    return facts


# ----------------------------------------------------------------------------------------------------------------------
# The comparison
# ----------------------------------------------------------------------------------------------------------------------


def compare(name, package, ours, theirs):
    """Prints what was compared and every difference; true if there is none."""
    different = [key for key in sorted(ours.keys() | theirs.keys()) if ours.get(key) != theirs.get(key)]
    counts = {}
    for key, value in theirs.items():
        if key.startswith("kind of "):
            counts[value] = counts.get(value, 0) + 1
        elif isinstance(value, tuple):
            counts["field"] = counts.get("field", 0) + 1
        elif isinstance(value, int) and not isinstance(value, bool) and not key.startswith("slots of "):
            counts["value"] = counts.get("value", 0) + 1
    listed = ", ".join(f"{count} {what}s" for what, count in sorted(counts.items()))
    verdict = f"{len(different)} DIFFERENCES" if different else "all agree"
    print(f"{name} against {package} {metadata.version(package)}: {len(theirs)} facts ({listed}): {verdict}")
    for key in different:
        print(f"  {key}: ours {ours.get(key, 'absent')}, theirs {theirs.get(key, 'absent')}")
    return not different


def main():
    agree = [
        compare("proto/tflite.fbs", "ai-edge-litert", read_fbs(PROTO / "tflite.fbs"), read_litert()),
        compare("proto/onnx.proto", "onnx", ProtoReader((PROTO / "onnx.proto").read_text()).file(), read_onnx()),
    ]
    return 0 if all(agree) else 1


if __name__ == "__main__":
    sys.exit(main())
