#!/usr/bin/env bash
# Builds the native addon of @tensorflow/tfjs-node where its own install script cannot download TensorFlow's library: from the sources in its package,
# against the library in a tensorflow_cpu wheel. For Linux on x86_64, with python3, make and a C++ compiler.
#
#   build-tfjs-node.sh [PROJECT]   the folder where @tensorflow/tfjs-node is installed; this one by default
#
#   TENSORFLOW_WHEEL   the wheel; pip is asked for one otherwise
#   TFJS_NODE_CACHE    where the unpacked library (0.85 GB) stays; ~/.cache/tfjs-node by default
#
# Does nothing where the addon loads already.
set -euo pipefail

version=2.21.0 # exports all of the C interface that tfjs-node 4.22 uses
cache=${TFJS_NODE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tfjs-node}

fail() {
  echo "$*" >&2
  exit 1
}

[ "$(uname -sm)" = "Linux x86_64" ] || fail "only Linux on x86_64 is supported, this is $(uname -sm)"
cd "${1:-.}"
package=$(node -p 'path.dirname(require.resolve("@tensorflow/tfjs-node/package.json"))' 2>/dev/null) || fail "@tensorflow/tfjs-node is not installed here"
napi=$(node -p 'Math.max(...require(process.argv[1]).binary.napi_versions.filter((version) => version <= process.versions.napi))' "$package/package.json")
addon=$package/lib/napi-v$napi/tfjs_binding.node

loads() { [ -f "$addon" ] && node -e 'require(process.argv[1])' "$addon" >/dev/null 2>&1; }
if loads; then
  echo "it loads already"
  exit 0
fi
for tool in python3 make c++; do command -v "$tool" >/dev/null || fail "there is no $tool"; done

mkdir -p "$cache"
unpacked=$(find "$cache" -maxdepth 2 -path "*/tensorflow_cpu-$version*/.complete" -printf '%h' -quit)
if [ -z "$unpacked" ]; then
  partial=$(mktemp -d "$cache/partial.XXXXXX")
  trap 'rm -rf "$partial"' EXIT
  wheel=${TENSORFLOW_WHEEL:-}
  if [ -z "$wheel" ]; then
    python3 -m pip download --quiet --no-deps --only-binary :all: --dest "$partial" "tensorflow_cpu==$version" >/dev/null 2>&1 ||
      fail "pip finds no wheel of tensorflow_cpu $version for this Python"
    wheel=$(echo "$partial"/tensorflow_cpu-*.whl)
  fi
  # The two libraries, and the C interface's headers with what they include.
  python3 - "$wheel" "$partial" <<'PYTHON'
import pathlib, shutil, sys, zipfile

wheel, target = sys.argv[1], pathlib.Path(sys.argv[2])
libraries = ("tensorflow/libtensorflow_cc.so.2", "tensorflow/libtensorflow_framework.so.2")
include = "tensorflow/include/"
headers = tuple(include + folder for folder in ("tensorflow/c/", "tensorflow/core/platform/ctstring", "tsl/platform/ctstring", "xla/tsl/c/"))
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        is_header = name.startswith(headers) and name.endswith(".h")
        if not is_header and name not in libraries:
            continue
        path = target / ("include/" + name[len(include):] if is_header else "lib/" + pathlib.PurePosixPath(name).name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(name) as source, open(path, "wb") as sink:
            shutil.copyfileobj(source, sink, 1 << 20)
PYTHON
  rm -f "$partial"/*.whl
  ln -s libtensorflow_cc.so.2 "$partial/lib/libtensorflow.so"
  ln -s libtensorflow_framework.so.2 "$partial/lib/libtensorflow_framework.so"
  touch "$partial/.complete"
  unpacked=$cache/tensorflow_cpu-$version
  mv -T "$partial" "$unpacked" 2>/dev/null || [ -f "$unpacked/.complete" ] || fail "cannot write $unpacked" # another one may have been faster
fi

# Where binding.gyp looks for them.
rm -rf "$package/deps"
mkdir "$package/deps"
ln -s "$unpacked/include" "$unpacked/lib" "$package/deps/"

# npm's node-gyp, with the variables that node-pre-gyp gives it.
gyp=$(npm root --global)/npm/node_modules/node-gyp/bin/node-gyp.js
[ -f "$gyp" ] || fail "npm's node-gyp is not at $gyp"
node_folder=$(node -p 'path.resolve(process.execPath, "../..")')
headers=()
if [ -f "$node_folder/include/node/node_api.h" ]; then headers=("--nodedir=$node_folder"); fi # else node-gyp downloads them
log=$(cd "$package" && node "$gyp" rebuild "${headers[@]}" "--module=$addon" --module_name=tfjs_binding "--module_path=$(dirname "$addon")" \
  "--napi_version=$(node -p process.versions.napi)" "--napi_build_version=$napi" --node_abi_napi=napi "--node_napi_label=napi-v$napi" 2>&1) ||
  fail "the addon cannot be built: $log"
rm -rf "$package/build"
loads || fail "the addon was built and does not load"
echo "built"
