import { UnreadableInputError } from "../../errors.ts";
import { type Fault, PickleBlob, PickleClass, PickleDict, PickleGlobal } from "../pickle/pickle-values.ts";
import { rebuilders } from "./rebuilt-tensors.ts";
import { storageDtypes, torchDtypes } from "./torch-dtypes.ts";

type Make = (args: readonly unknown[], fault: Fault) => unknown;

/** A dict of the pairs that it is called with; mostly it is called with none, and filled afterwards. */
const dictOf: Make = ([pairs]) => {
  if (pairs instanceof PickleDict) return pairs;
  const dict = new PickleDict();
  if (Array.isArray(pairs)) {
    for (const pair of pairs) if (Array.isArray(pair) && pair.length === 2) dict.set(pair[0], pair[1]);
  }
  return dict;
};
const items: Make = ([list]) => (Array.isArray(list) ? list : []);

/** Globals that stand for plain data, and what a call of each gives; without one, an object that does nothing. */
const plainData: Readonly<Record<string, Make | null>> = {
  "collections.OrderedDict": dictOf,
  "collections.defaultdict": () => new PickleDict(),
  "collections.Counter": dictOf,
  "collections.deque": items,
  "torch.Size": items,
  "torch.jit._pickle.build_intlist": items,
  "torch.jit._pickle.build_tensorlist": items,
  "torch.jit._pickle.build_doublelist": items,
  "torch.jit._pickle.build_boollist": items,
  "torch.jit._pickle.restore_type_tag": ([value]) => value ?? null,
  "_codecs.encode": ([text]) => new PickleBlob(typeof text === "string" ? text.length : 0),
};

/** Classes of Python and NumPy that training scripts put beside weights. */
const inert: readonly string[] = [
  "argparse.Namespace",
  "types.SimpleNamespace",
  "copy_reg._reconstructor",
  "copyreg._reconstructor",
  "datetime.date",
  "datetime.datetime",
  "datetime.timedelta",
  "datetime.timezone",
  "decimal.Decimal",
  "fractions.Fraction",
  "uuid.UUID",
  "pathlib.Path",
  "pathlib.PosixPath",
  "pathlib.WindowsPath",
  "pathlib.PurePosixPath",
  "pathlib.PureWindowsPath",
  "typing.Any",
  "numpy.dtype",
  "numpy.ndarray",
  "numpy.random._pickle.__randomstate_ctor",
  "numpy.random._pickle.__generator_ctor",
  "numpy.random._pickle.__bit_generator_ctor",
  "numpy.random._mt19937.MT19937",
  "numpy.random._pcg64.PCG64",
  "numpy.random.bit_generator.__pyx_unpickle_SeedSequence",
  "numpy.random.bit_generator.SeedSequence",
  "torch.device",
  "torch.Tensor",
  "torch._C.Generator",
  "torch._C._nn.gelu",
  "torch.serialization._get_layout",
  "torch.torch_version.TorchVersion",
  "torch.storage.TypedStorage",
  // What a class of tensors made of tensors is rebuilt by: those are its attributes.
  "torch._utils._rebuild_wrapper_subclass",
];

const builtins =
  /^(?:__builtin__|builtins)\.(?:set|frozenset|list|dict|tuple|int|long|float|complex|bool|str|unicode|bytes|bytearray|object|range|xrange|slice)$/;
const numpyValues =
  /^numpy\._?core\.(?:multiarray\.(?:scalar|_reconstruct)|numeric\._frombuffer)$|^numpy\.(?:dtypes\.\w+DType|u?int\d+|float\d+|complex\d+|bool_?)$/;
/** Types of tensors, in files of the first versions of torch. */
const tensorTypes = /^torch\.(?:cuda\.)?\w+Tensor$/;
const torchWords =
  /^torch\.(?:strided|sparse_\w+|per_(?:tensor|channel)_\w+|contiguous_format|channels_last(?:_3d)?|preserve_format)$/;
/**
 * Modules of whole models and of training states. Their objects are searched for tensors, and never made. What they
 * import is theirs too in Python (`torch.nn.modules.module.os`), so that a name in them is one, without dots, and only
 * classes are called.
 */
const classModules =
  /^(?:__torch__|torch\.(?:nn|optim|ao\.nn|ao\.quantization|distributed\.optim)|torchvision\.(?:models|ops)|omegaconf|(?:pytorch_)?lightning|lightning_fabric|transformers)(?:\.\w+)*$/;
const className = /^_*[A-Z]\w*(?:\.[A-Z]\w*)*$/;
const plainName = /^\w+$/;

const moduleName = /^[A-Za-z_]\w*(?:\.\w+)*$/;
/**
 * Modules of Python, NumPy and torch, of which only what is named above is allowed. Of others (the model's own code)
 * a class may have objects, as a whole model has, and is never called: these are searched for tensors too.
 */
const reaching =
  /^(?:__builtin__|builtins|_?codecs|_?ctypes|_?functools|_?io|_?operator|_?osx?\w*|_?pickle|_?posix\w*|_?socket|_?thread|asyncio|bdb|code|codeop|commands|concurrent|copy_?reg|distutils|dill|cloudpickle|fileinput|ftplib|glob|http|idlelib|imp|importlib|inspect|ipykernel|IPython|itertools|joblib|linecache|logging|marshal|multiprocessing|nt|nturl2path|numpy|pathlib|pdb|pip|pkg_?\w*|platform|popen2|profile|pty|py_compile|pydoc|runpy|sched|scipy|setuptools|shelve|shutil|signal|site|smtplib|socketserver|sqlite3|ssl|subprocess|sys|tempfile|test|threading|timeit|torch|trace|traceback|types|unittest|urllib\w*|webbrowser|weakref|xmlrpc|zipimport)(?:\.|$)/;

const known = new Map<string, PickleGlobal>();

/**
 * The global of a name in a pickle that torch wrote. Whatever it is, it is a name: nothing is imported or called.
 * The list of those that are allowed is there to tell a model from a pickle that would run something where it is
 * unpickled.
 *
 * @param label - the file, for messages.
 * @throws {UnreadableInputError} If a checkpoint of weights has no use for it.
 */
export function allowedGlobal(label: string, module: string, name: string): PickleGlobal {
  const path = `${module}.${name}`;
  const made = known.get(path);
  if (made) return made;
  const make = rebuilders[path] ?? plainData[path];
  const declared = Object.hasOwn(rebuilders, path) || Object.hasOwn(plainData, path);
  if (declared || inert.includes(path) || isStorage(module, name) || isDtype(module, name)) {
    const global = new PickleGlobal(module, name, declared ? make : null);
    known.set(path, global);
    return global;
  }
  if ([builtins, numpyValues, tensorTypes, torchWords].some((pattern) => pattern.test(path))) {
    return new PickleGlobal(module, name, builtins.test(path) ? builtin(name) : null);
  }
  const refuse = () => {
    throw refusal(label, path);
  };
  const isOfFramework = classModules.test(module);
  if (module.startsWith("__torch__") || (isOfFramework && className.test(name))) {
    return new PickleGlobal(module, name);
  }
  if (isOfFramework && plainName.test(name)) return new PickleGlobal(module, name, refuse);
  if (moduleName.test(module) && className.test(name) && !reaching.test(module)) {
    return new PickleClass(module, name, refuse);
  }
  return refuse();
}

function refusal(label: string, path: string): UnreadableInputError {
  return new UnreadableInputError(
    `${label}: its pickle names ${JSON.stringify(path.slice(0, 200))}, which is none of the globals that checkpoints ` +
      "of weights are made of: unpickled by Python, it could run anything. Nothing of it was run here. If you trust " +
      "the file, load it where its code is and save the weights alone: torch.save(model.state_dict(), path).",
  );
}

/** Where the pickle of a training run has plain containers of Python. */
function builtin(name: string): Make | null {
  if (name === "dict") return dictOf;
  return /^(set|frozenset|list|tuple)$/.test(name) ? items : null;
}

function isStorage(module: string, name: string): boolean {
  return /^torch(\.storage|\.cuda)?$/.test(module) && storageDtypes.has(name);
}

function isDtype(module: string, name: string): boolean {
  return module === "torch" && torchDtypes.has(name);
}
