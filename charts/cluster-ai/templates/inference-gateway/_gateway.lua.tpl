{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.inference-gateway.gateway.lua" -}}
-- Written by cdk8s-tiers.
local CHECKS_BODIES = {{ .Values.inferenceGateway.bodyCheck.enabled }}
local HELD = {{ include "cluster-ai.bytes" .Values.inferenceGateway.bodyCheck.size | int64 }}
-- What tells stands at the start.
local LOOKED_AT = 65536

local SPOKEN = {
  tensorflow = "the REST API of TensorFlow Serving: JSON with instances, inputs or examples",
  torchserve = "the inference API of TorchServe: the body that the model's handler takes, such as the bytes of an image",
  kserve = "the Open Inference Protocol, version 2: JSON with inputs, a list of tensors with name, shape, datatype and data",
}
local NAMES = { tensorflow = "TensorFlow Serving", torchserve = "TorchServe", kserve = "the Open Inference Protocol" }

local function native(protocol, name)
  if protocol == "tensorflow" then return "/v1/models/" .. name .. ":predict" end
  if protocol == "torchserve" then return "/predictions/" .. name end
  return "/v2/models/" .. name .. "/infer"
end

-- status, what is wrong, the protocol that was meant where it is known, the methods that are allowed where one is not
local function refuse(handle, to, status, wrong, meant, allowed)
  local given = meant and ',"given":"' .. meant .. '"' or ""
  local headers = { [":status"] = status, ["content-type"] = "application/json" }
  if allowed then headers["allow"] = allowed end
  handle:respond(headers, '{"error":"' .. wrong .. '","model":"' .. to.name .. '","protocol":"' .. to.protocol .. '"'
    .. given .. ',"expected":"' .. SPOKEN[to.protocol] .. '","paths":["POST /v1/models/' .. to.name
    .. ':predict","POST ' .. native(to.protocol, to.name) .. '"]}\n')
end

-- PATHS

local METHODS = { predict = "POST", classify = "POST", regress = "POST", explain = "POST", generate = "POST",
  status = "GET", metadata = "GET", ready = "GET", config = "GET", stats = "GET" }
local V1 = { [""] = "status", ["/metadata"] = "metadata", [":predict"] = "predict", [":classify"] = "classify",
  [":regress"] = "regress" }
local V2 = { [""] = "metadata", ["/ready"] = "ready", ["/config"] = "config", ["/stats"] = "stats",
  ["/infer"] = "predict", ["/generate"] = "generate" }
-- Version 1 is the gateway's own API too, in so far as each server has it.
local SHARED = { predict = true, status = true, metadata = true }

-- What a path asks for: an action, the protocol whose path it is, and the version, where it says one.
local function asked(path)
  local rest = path:match("^/v1/models/[^/:]+(.*)$")
  if rest then
    local version, label
    version, rest = rest:match("^/versions/(%d+)(.*)$"), rest:gsub("^/versions/%d+", "")
    label, rest = rest:match("^/labels/([%w_.-]+)"), rest:gsub("^/labels/[%w_.-]+", "")
    return V1[rest], "tensorflow", version, label
  end
  rest = path:match("^/v2/models/[^/]+(.*)$")
  if rest then
    local version = rest:match("^/versions/(%d+)")
    rest = rest:gsub("^/versions/%d+", "")
    return V2[rest], "kserve", version
  end
  local kind
  kind, rest = path:match("^/(%l+)/[^/]+(.*)$")
  local version = rest:match("^/([%d.]+)$")
  if rest ~= "" and not version then return nil, "torchserve" end
  return kind == "predictions" and "predict" or "explain", "torchserve", version
end

-- The server's own path for an action; nothing where it has none.
local function answered(to, action, version, label)
  version = version or to.version
  if to.protocol == "tensorflow" then
    local base = "/v1/models/" .. to.model
    if label then base = base .. "/labels/" .. label elseif version then base = base .. "/versions/" .. version end
    for suffix, name in pairs(V1) do
      if name == action then return base .. suffix end
    end
  elseif to.protocol == "kserve" then
    local base = "/v2/models/" .. to.model .. (version and "/versions/" .. version or "")
    if action == "status" then action = "metadata" end
    for suffix, name in pairs(V2) do
      if name == action then return base .. suffix end
    end
  elseif action == "predict" or action == "explain" then
    return (action == "predict" and "/predictions/" or "/explanations/") .. to.model .. (version and "/" .. version or "")
  end
end

-- BODIES

local QUOTE, BACKSLASH = 34, 92

-- Where a text ends that begins before a place; nothing where it is cut off.
local function after_text(json, at)
  while true do
    at = json:find('["\\]', at)
    if not at then return nil end
    if json:byte(at) == QUOTE then return at + 1 end
    at = at + 2
  end
end

-- Where a value ends that begins at a place; nothing where it is cut off.
local function after_value(json, at)
  local first = json:sub(at, at)
  if first == '"' then return after_text(json, at + 1) end
  if first ~= "{" and first ~= "[" then return json:match("^[^,%]}]*()[,%]}]", at) end
  local depth = 0
  repeat
    at = json:find('["%[%]{}]', at)
    if not at then return nil end
    local found = json:sub(at, at)
    at = at + 1
    if found == '"' then
      at = after_text(json, at)
      if not at then return nil end
    elseif found == "{" or found == "[" then
      depth = depth + 1
    else
      depth = depth - 1
    end
  until depth == 0
  return at
end

-- Calls tell(key, place of the value) for the keys of an object until it returns something: that, and whether the
-- object was read to its end.
local function among_keys(json, at, tell)
  while true do
    local start = json:match('^[%s,]*"()', at)
    if not start then return nil, json:match("^[%s,]*}", at) ~= nil end
    local stop = after_text(json, start)
    local value = stop and json:match("^%s*:%s*()%S", stop)
    if not value then return nil, false end
    local told = tell(json:sub(start, stop - 2), value)
    if told then return told, true end
    at = after_value(json, value)
    if not at then return nil, false end
  end
end

local function is_datatype(key) return key == "datatype" or nil end

-- tensorflow or kserve; inputs, which TensorFlow Serving takes, and a handler of TorchServe may; other; or nothing,
-- where what there is does not tell.
local function kind_of(body, is_whole)
  local at = body:match("^%s*{()")
  if not at then
    if is_whole or body:find("%S") then return "other" end
    return nil
  end
  local kind, ended = among_keys(body, at, function(key, value)
    if key == "instances" or key == "signature_name" then return "tensorflow" end
    if key == "examples" then return "inputs" end
    if key ~= "inputs" then return nil end
    if body:find("^%[%s*%]", value) then return "any" end
    local tensor = body:match("^%[%s*{()", value)
    if not tensor then return body:find("^%[%s*$", value) and "any" or "inputs" end
    local has_datatype, read = among_keys(body, tensor, is_datatype)
    if has_datatype then return "kserve" end
    return read and "inputs" or "any"
  end)
  if kind == "any" then return nil end
  if kind or ended or is_whole then return kind or "other" end
  return nil
end

local TAKEN = {
  tensorflow = { tensorflow = true, inputs = true },
  torchserve = { inputs = true, other = true },
  kserve = { kserve = true },
}
local MEANT = { inputs = "tensorflow", other = "torchserve" }

-- The start of a body, and whether it is all; nothing where it is longer than what may be held back, or says no length.
local function start_of_body(handle, headers)
  local length = tonumber(headers:get("content-length") or "")
  if not length or length > HELD then return nil end
  local body = handle:body()
  return body and body:getBytes(0, math.min(body:length(), LOOKED_AT)) or "", length <= LOOKED_AT
end

function envoy_on_request(handle)
  local context = handle:filterContext()
  local to = { name = context:get("name"), protocol = nil }
  if not to.name then return end
  to.protocol, to.model, to.version = context:get("protocol"), context:get("model"), context:get("version")
  local headers = handle:headers()
  local whole = headers:get(":path")
  local path, query = whole:match("^([^?]*)(.*)$")
  local action, spoken, version, label = asked(path)
  if not action then return refuse(handle, to, "404", "the model has no such path") end
  local is_own = spoken == to.protocol or (spoken == "tensorflow" and SHARED[action])
  if not is_own or (label and to.protocol ~= "tensorflow") then
    return refuse(handle, to, "400", "the path is of " .. NAMES[spoken] .. ", which the model's server does not speak", spoken)
  end
  local method, methods = headers:get(":method"), METHODS[action]
  -- As curl -T sends a file, which TorchServe's own documentation does.
  if spoken == "torchserve" then methods = "POST, PUT" end
  if not (", " .. methods .. ","):find(" " .. method .. ",", 1, true) then
    return refuse(handle, to, "405", "the path takes " .. methods, nil, methods)
  end
  local target = answered(to, action, version, label)
  if not target then return refuse(handle, to, "404", "the model has no such path") end
  if target ~= path then
    headers:replace(":path", target .. query)
    headers:replace("x-envoy-original-path", whole)
  end
  local is_looked_at = CHECKS_BODIES and action == "predict" and not headers:get("content-encoding")
    and not headers:get("inference-header-content-length")
  if not is_looked_at then return end
  local body, is_whole = start_of_body(handle, headers)
  local kind = body and kind_of(body, is_whole)
  if kind and not TAKEN[to.protocol][kind] then
    local meant = MEANT[kind] or kind
    return refuse(handle, to, "400", "the body is not of the protocol that the model's server speaks", meant)
  end
end
{{- end }}
