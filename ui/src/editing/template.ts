/** What a new workflow begins with: it runs as it stands, and shows an input, a step and a result. */
export const TEMPLATE = `apiVersion: runwright/v1
name: new-workflow
inputs:
  type: object
  properties:
    who: {type: string, title: Who, default: world}
nodes:
  - id: greet
    kind: python
    config:
      code: |
        def main(who):
            print("Hello,", who)
            return {"greeting": f"Hello, {who}!"}
      args: {who: "\${inputs.who}"}
edges: []
output: \${steps.greet.output}
`;

/** A canvas with nothing on it. */
export const EMPTY = `apiVersion: runwright/v1
name: new-workflow
nodes: []
edges: []
`;
