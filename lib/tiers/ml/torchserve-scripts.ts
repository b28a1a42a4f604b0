/** How TorchServe starts, and how a probe asks it. Its image has Python and no curl: https://github.com/pytorch/serve/blob/master/docker/Dockerfile */
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import { MODELS_FOLDER, SERVER_FOLDER } from './model-server-props';
import { INFERENCE_PORT, MANAGEMENT_PORT } from './torchserve-configuration';

/** What it writes to: links to the archives, what is unpacked of them, sockets of workers. */
export const WORK = '/run/torchserve';
export const STORE = `${WORK}/store`;
/** The file that says that every version of every model was seen to be loaded. */
const LOADED = `${WORK}/loaded`;

/** It uses `mkdir`, `rm`, `python3` and `torchserve`, which the image has. */
export const startServer: Text = text`
  #!/bin/sh
  # Starts TorchServe. On SIGTERM all ends at once, as TorchServe waits for no request: the hook before has done so.
  set -eu
  trap 'exit 143' TERM INT

  # What a start before this one has unpacked would fill the disk.
  rm -rf ${WORK}/*
  mkdir ${STORE} ${WORK}/tmp
  python3 ${SERVER_FOLDER}/place.py

  cd ${WORK}
  export TEMP=${WORK}/tmp TMPDIR=${WORK}/tmp
  # In the foreground it ends with the JVM.
  torchserve --start --foreground --no-config-snapshots \
    --ts-config=${SERVER_FOLDER}/config.properties --log-config=${SERVER_FOLDER}/log4j2.xml &
  wait $!
  echo 'TorchServe has ended' >&2
  exit 1
`;

/** TorchServe knows one folder for all archives, and takes no path below it. */
export const placeArchives: Text = text`
  # Puts the archives into one folder, as TorchServe wants them, and refuses what it would take silently otherwise than
  # meant: one that is not there it leaves out, and of one whose version is another than the configuration's it takes
  # workers and batches of its own choice.
  import json
  import os
  import sys
  import zipfile

  MANIFEST = "MAR-INF/MANIFEST.json"


  def manifest(archive):
      if os.path.isdir(archive):
          with open(os.path.join(archive, MANIFEST)) as file:
              return json.load(file)
      with zipfile.ZipFile(archive) as file:
          return json.loads(file.read(MANIFEST))


  wrong = []
  for line in open("${SERVER_FOLDER}/models"):
      if line.startswith("#"):
          continue
      model, version = line.split()[:2]
      folder = f"${MODELS_FOLDER}/{model}/{version}/{model}"
      archive = folder if os.path.isdir(folder) else f"{folder}.mar"
      try:
          found = manifest(archive)["model"]["modelVersion"]
      except (KeyError, OSError, ValueError, zipfile.BadZipFile) as error:
          wrong.append(f"{archive} is no archive of TorchServe: {error!r}")
          continue
      if found != version:
          wrong.append(f"{archive} says it is version {found}; publish it anew, made with --version {version}")
      os.symlink(archive, f"${STORE}/{model}-{version}.mar")
  sys.exit("\n".join(wrong) or None)
`;

/**
 * /ping is content while models load and where they cannot: workers are asked about. Once all were seen it is /ping again,
 * which fails where a worker could not be started anew, as a description has TorchServe run nvidia-smi for each.
 */
export const isReady: Text = text`
  # Succeeds where each version of each model has a worker that is ready.
  import http.client
  import json
  import os
  import sys


  def get(port, path):
      connection = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
      connection.request("GET", path)
      response = connection.getresponse()
      if response.status != 200:
          sys.exit(f"{path}: {response.status}")
      return json.load(response)


  if os.path.exists("${LOADED}"):
      get(${INFERENCE_PORT}, "/ping")
      sys.exit()
  for line in open("${SERVER_FOLDER}/models"):
      if line.startswith("#"):
          continue
      model, version = line.split()[:2]
      [described] = get(${MANAGEMENT_PORT}, f"/models/{model}/{version}")
      if not any(worker["status"] == "READY" for worker in described["workers"]):
          sys.exit(f"{model} {version} has no worker yet")
  open("${LOADED}", "w").close()
`;

/** To the console alone: its own would fill a disk with five files for each kind of line. Requests the gateway writes down. */
export const logging: Text = text`
  <?xml version="1.0" encoding="UTF-8"?>
  <!-- Written by cdk8s-tiers. -->
  <Configuration>
    <Appenders>
      <Console name="console" target="SYSTEM_OUT">
        <PatternLayout pattern="%d{ISO8601} [%-5p] %t %c - %m%n"/>
      </Console>
    </Appenders>
    <Loggers>
      <Logger name="ACCESS_LOG" level="off"/>
      <Logger name="MODEL_METRICS" level="off"/>
      <Logger name="TS_METRICS" level="off"/>
      <!-- A line for each request. -->
      <Logger name="org.pytorch.serve.wlm" level="warn"/>
      <Logger name="MODEL_LOG" level="info">
        <RegexFilter regex="Backend received inference.*" onMatch="DENY" onMismatch="NEUTRAL"/>
      </Logger>
      <Logger name="org.apache" level="off"/>
      <Logger name="io.netty" level="error"/>
      <Root level="info">
        <AppenderRef ref="console"/>
      </Root>
    </Loggers>
  </Configuration>
`;
