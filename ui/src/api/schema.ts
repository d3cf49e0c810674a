// Generated from the server's OpenAPI document by `npm run generate:api`; do not edit.
export interface paths {
    "/api/v1/executions/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Bulk
         * @description With a `filter`, or with `ids` and no token: what the action would do to each, at most 500; changes nothing. With
         *     `ids` and the `preview_token` of that answer: do it, to these. Each may refuse by itself.
         */
        post: operations["change_executions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{workflow_id}/execute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Execute
         * @description Run the workflow's ready version.
         */
        post: operations["execute_workflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop
         * @description Stop: removed from the queue, or everything of it killed after the grace, with proof.
         */
        post: operations["stop_execution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{workflow_id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop Latest
         * @description Stop the latest execution of a workflow.
         */
        post: operations["stop_workflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/steps/{path}/answer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Answer
         * @description Answer a step that waits for a person: an approval, or what became of a step whose worker was lost.
         */
        post: operations["answer_step"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause
         * @description Let nothing new start; what runs goes on to its end. The same answer the second time.
         */
        post: operations["pause_execution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume
         * @description Go on after a pause. The same answer the second time.
         */
        post: operations["resume_execution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/retry/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Preview Retry
         * @description What a retry would run again, what it would reuse, and which effects it may repeat; changes nothing.
         */
        post: operations["preview_retry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry
         * @description Queue the next run of an execution that has ended. History stays; finished steps are not run again.
         */
        post: operations["retry_execution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/queue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change
         * @description Hold an execution that waits, release it, or give it another priority. The same answer the second time.
         */
        post: operations["change_queue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queue/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Limits
         * @description The limits an operator has set, and what holds where none is set.
         */
        get: operations["get_limits"];
        /**
         * Set Limits
         * @description Let these limits hold, and no others. `If-Match: <version>` refuses when they were changed meanwhile.
         */
        put: operations["set_limits"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/capacity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Capacity
         * @description What this server has, what of it is taken, how hard the machine is pressed, and how its limits have moved.
         */
        get: operations["get_capacity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Queue
         * @description Who waits, in order, with the reason of each; slots, limits that are reached, and how many wait for what.
         *
         *     The queue goes on while it is read: with a `cursor` somebody may be told twice or not at all.
         */
        get: operations["get_queue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stats/workflows/{workflow_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Of Workflow
         * @description Durations of the last executions and their steps (p50, p90, p99), causes of failures, and the step that most of
         *     the time is waited for. Over at most the last hundred, of large workflows fewer; some seconds behind.
         */
        get: operations["get_statistics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/triggers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Listing
         * @description Every trigger, or those of a workflow, by name. `cursor` is the place of the last one before.
         */
        get: operations["list_triggers"];
        put?: never;
        /**
         * Create
         * @description A trigger of a workflow. A webhook's `secret` stands in this answer only.
         */
        post: operations["create_trigger"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/triggers/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Preview
         * @description When a cron text would be due next in a time zone, or what is wrong with it: for who is typing one.
         */
        post: operations["preview_trigger"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/triggers/{trigger_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One
         * @description What it is, when it fires next, and what it did last.
         */
        get: operations["get_trigger"];
        /**
         * Change
         * @description Let these settings hold. `If-Match: <version>` refuses when they were changed meanwhile.
         */
        put: operations["change_trigger"];
        post?: never;
        /**
         * Remove
         * @description It never fires again. What it has started goes on, and its events stay in the log.
         */
        delete: operations["remove_trigger"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/triggers/{trigger_id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause
         * @description It starts nothing until it is resumed. The same answer the second time.
         */
        post: operations["pause_trigger"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/triggers/{trigger_id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume
         * @description It goes on with the next due time; those in between are not made up for.
         */
        post: operations["resume_trigger"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/triggers/{trigger_id}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Secret
         * @description A new secret for a webhook, in this answer only; the old one is not taken any more.
         */
        post: operations["change_trigger_secret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/triggers/{trigger_id}/fire": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Fire
         * @description Start an execution now, out of turn; what is due stays due.
         */
        post: operations["fire_trigger"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/triggers/{trigger_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Events
         * @description Everything that has happened to a trigger, in order of position; of one that was removed too.
         */
        get: operations["list_trigger_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hooks/{trigger_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Call
         * @description A call from outside starts an execution. It needs no key of the service but the webhook's secret: as a bearer
         *     token, or as the key of an HMAC-SHA256 of the body in `X-Hub-Signature-256`. A call that comes again with the same
         *     `Idempotency-Key` or `X-GitHub-Delivery` within 24 hours starts nothing more.
         */
        post: operations["call_webhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/validate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Validate
         * @description Every problem of a definition, saved or not. The body is the definition.
         */
        post: operations["validate_definition"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Listing
         * @description Newest first, each with its last runs.
         */
        get: operations["list_workflows"];
        put?: never;
        /**
         * Create
         * @description Save a new workflow; with `ready` a definition without errors may run at once.
         */
        post: operations["create_workflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import Workflow
         * @description Save an exported workflow: `{definition}` as JSON, or the definition itself as YAML.
         */
        post: operations["import_workflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{workflow_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One
         * @description A workflow with its latest definition and its problems; always current.
         */
        get: operations["get_workflow"];
        /**
         * Save
         * @description Save the next version; `If-Match: <version>` refuses when another was saved meanwhile.
         */
        put: operations["save_workflow"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{workflow_id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Versions
         * @description Versions, newest first, without their definitions.
         */
        get: operations["list_versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{workflow_id}/versions/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Version
         * @description One immutable version.
         */
        get: operations["get_version"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{workflow_id}/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ready
         * @description Make a version what runs; the latest when none is named.
         */
        post: operations["ready_workflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{workflow_id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause
         * @description Admit nothing new; what runs finishes.
         */
        post: operations["pause_workflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{workflow_id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume
         * @description Admit again.
         */
        post: operations["resume_workflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{workflow_id}/archive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Archive
         * @description Put away for good.
         */
        post: operations["archive_workflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{workflow_id}/duplicate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Duplicate
         * @description A new draft with the same definition.
         */
        post: operations["duplicate_workflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{workflow_id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export
         * @description The latest definition as a file.
         */
        get: operations["export_workflow"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{workflow_id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Status
         * @description The latest execution of a workflow: what a Run button needs.
         */
        get: operations["workflow_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Listing
         * @description Newest first. `label` is name=value; `status` may stand several times.
         */
        get: operations["list_executions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One
         * @description Where an execution stands.
         */
        get: operations["get_execution"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/evaluate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Evaluate
         * @description What a template would give on the values the execution has now. Nothing is recorded.
         */
        post: operations["evaluate_template"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/steps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Steps
         * @description Every step in the order of the graph. With `of=PATH` the items of that map instead, a window at a time (`cursor`
         *     is the place of the last item before it); `status=failed` leaves the failed ones, of which the first 1,000 are told.
         */
        get: operations["list_steps"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/timings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Timings
         * @description Where the time went.
         */
        get: operations["get_timings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Logs
         * @description Lines after a line number, or the last ones before one; `level` is the least severe shown.
         */
        get: operations["list_log_lines"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Events
         * @description Both streams of an execution merged, in order of position. Read from the log itself: never behind.
         */
        get: operations["list_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/artifacts/{sha256}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Artifact
         * @description A content this execution refers to.
         */
        get: operations["get_artifact"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/artifacts/{sha256}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Artifact By Hash
         * @description The same by hash; the execution that refers to it must be named.
         */
        get: operations["get_artifact_by_hash"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Execution Stream
         * @description One execution from its first event, or after a position.
         */
        get: operations["stream_execution"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Topics Stream
         * @description Several topics in one stream: `executions`, `execution:{id}`, `queue`, `triggers`. Without a position: from now
         *     on.
         */
        get: operations["stream_topics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metrics
         * @description Prometheus metrics, read when asked.
         */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/node-kinds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Node Kinds
         * @description Every kind with the JSON Schema of its config.
         */
        get: operations["list_node_kinds"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schemas/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Schema
         * @description The JSON Schema of a definition (`workflow`).
         */
        get: operations["get_schema"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Healthz
         * @description Whether the process is alive.
         */
        get: operations["healthz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Readyz
         * @description Whether the database answers and the views follow; 503 with the reason otherwise.
         */
        get: operations["readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Accepted
         * @description The execution is stored.
         */
        Accepted: {
            /**
             * Execution Id
             * Format: uuid
             */
            execution_id: string;
            /**
             * Status
             * @constant
             */
            status: "queued";
            /** Number */
            number: number;
            /**
             * Workflow Id
             * Format: uuid
             */
            workflow_id: string;
            /** Version */
            version: number;
            /** Position */
            position: number;
        };
        /**
         * Answered
         * @description The answer is stored.
         */
        Answered: {
            /**
             * Execution Id
             * Format: uuid
             */
            execution_id: string;
            /** Path */
            path: string;
            /** Decision */
            decision: string;
            /** Position */
            position: number;
        };
        /**
         * ArtifactRef
         * @description A value or file kept out of line.
         */
        ArtifactRef: {
            /** Sha256 */
            sha256: string;
            /** Size Bytes */
            size_bytes: number;
            /** Media Type */
            media_type: string;
            /** Name */
            name: string | null;
        };
        /**
         * Bottleneck
         * @description The step that most of the time was waited for.
         */
        Bottleneck: {
            /** Path */
            path: string;
            /** Share */
            share: number;
        };
        /**
         * BulkAnswer
         * @description Of a preview `items` that would be changed and `refused` ones, `more` than 500 match, and the token; else `items`
         *     with what became of each.
         */
        BulkAnswer: {
            /** Action */
            action: string;
            /** Items */
            items: components["schemas"]["BulkItem"][];
            /** Refused */
            refused?: components["schemas"]["BulkItem"][] | null;
            /** More */
            more?: boolean | null;
            /** Preview Token */
            preview_token?: string | null;
            /** Position */
            position?: number | null;
        };
        /**
         * BulkItem
         * @description One execution: of a preview what it is and what would be done, else whether it was, and why not.
         */
        BulkItem: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Number */
            number?: number | null;
            workflow?: components["schemas"]["WorkflowRef"] | null;
            /** Status */
            status?: ("queued" | "running" | "paused" | "stopping" | "completed" | "failed" | "stopped") | null;
            /** Runs Again */
            runs_again?: number | null;
            /** Repeats Effects */
            repeats_effects?: number | null;
            /** Done */
            done?: boolean | null;
            /** Code */
            code?: string | null;
            /** Message */
            message?: string | null;
        };
        /**
         * Capacity
         * @description Of this server. `follows_load`: whether the number of attempts moves by itself.
         */
        Capacity: {
            /** Slots */
            slots: {
                [key: string]: number;
            };
            /** Pinned */
            pinned: boolean;
            /** Follows Load */
            follows_load: boolean;
            /** Most Attempts */
            most_attempts: number;
            /** Workers */
            workers: number;
            /** Kinds */
            kinds: components["schemas"]["ResourceUse"][];
            /** Resources */
            resources: components["schemas"]["ResourceUse"][];
            pressure: components["schemas"]["Pressure"];
            /** Moves */
            moves: components["schemas"]["LimitMove"][];
            /** Position */
            position: number;
        };
        /**
         * DayCounts
         * @description What ended on a day (UTC).
         */
        DayCounts: {
            /** Day */
            day: string;
            /** Completed */
            completed: number;
            /** Failed */
            failed: number;
            /** Stopped */
            stopped: number;
        };
        /**
         * Evaluated
         * @description What a template gives on the values of an execution. `value` is null too where it has more than 64 KiB.
         */
        Evaluated: {
            value: components["schemas"]["JsonValue"];
            /** Size Bytes */
            size_bytes: number;
            /** Error */
            error: string | null;
        };
        /**
         * Event
         * @description One event, everywhere the same.
         */
        Event: {
            /** Position */
            position: number;
            /**
             * Stream
             * @enum {string}
             */
            stream: "workflow" | "execution" | "log" | "queue" | "trigger";
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Execution Id */
            execution_id?: string | null;
            /**
             * Workflow Id
             * Format: uuid
             */
            workflow_id: string;
            /** Version */
            version: number;
            /** Type */
            type: string;
            /** Schema */
            schema: number;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Actor */
            actor: string;
            /**
             * Cause
             * Format: uuid
             */
            cause: string;
            /** Data */
            data: {
                [key: string]: unknown;
            };
        };
        /**
         * EventWindow
         * @description A window of the history.
         */
        EventWindow: {
            /** Items */
            items: components["schemas"]["Event"][];
            /** Next Cursor */
            next_cursor: number | null;
            /** Position */
            position: number;
        };
        /**
         * Execution
         * @description An execution. `starts_in_ms` is of one that waits, and null where nobody can say.
         */
        Execution: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Number */
            number: number;
            /** Run */
            run: number;
            workflow: components["schemas"]["WorkflowRef"];
            /**
             * Status
             * @enum {string}
             */
            status: "queued" | "running" | "paused" | "stopping" | "completed" | "failed" | "stopped";
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Queued At
             * Format: date-time
             */
            queued_at: string;
            /** Started At */
            started_at: string | null;
            /** Ended At */
            ended_at: string | null;
            /** Labels */
            labels: {
                [key: string]: string;
            };
            /** Priority */
            priority: number;
            /** Requested By */
            requested_by: string;
            error: components["schemas"]["StepError"] | null;
            /** Settled Steps */
            settled_steps: number;
            /** Current Paths */
            current_paths: string[];
            /** Waiting Paths */
            waiting_paths: string[];
            progress: components["schemas"]["Progress"];
            /** Current Steps */
            current_steps: {
                [key: string]: unknown;
            }[];
            /** Waited Ms */
            waited_ms: number;
            /** Worked Ms */
            worked_ms: number;
            /** Waited By */
            waited_by: {
                [key: string]: number;
            };
            why_waiting: components["schemas"]["WhyWaiting"] | null;
            starts_in_ms: components["schemas"]["Within"] | null;
            result: components["schemas"]["JsonValue"];
            result_artifact: components["schemas"]["ArtifactRef"] | null;
            inputs: components["schemas"]["JsonValue"];
            /** Cause Path */
            cause_path: string | null;
            /** Pointer */
            pointer: string | null;
            /** Knock On */
            knock_on: string[];
            /** Handled Failures */
            handled_failures: number;
            /** Proof */
            proof: string | null;
            /** Position */
            position: number;
            /** Complete */
            complete: {
                [key: string]: number;
            } | null;
            /** Counts */
            counts: {
                [key: string]: number;
            };
            /** Metadata */
            metadata: {
                [key: string]: unknown;
            };
        };
        /**
         * ExecutionItem
         * @description An execution in a list.
         */
        ExecutionItem: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Number */
            number: number;
            /** Run */
            run: number;
            workflow: components["schemas"]["WorkflowRef"];
            /**
             * Status
             * @enum {string}
             */
            status: "queued" | "running" | "paused" | "stopping" | "completed" | "failed" | "stopped";
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Queued At
             * Format: date-time
             */
            queued_at: string;
            /** Started At */
            started_at: string | null;
            /** Ended At */
            ended_at: string | null;
            /** Labels */
            labels: {
                [key: string]: string;
            };
            /** Priority */
            priority: number;
            /** Requested By */
            requested_by: string;
            error: components["schemas"]["StepError"] | null;
            /** Settled Steps */
            settled_steps: number;
            /** Current Paths */
            current_paths: string[];
            /** Waiting Paths */
            waiting_paths: string[];
        };
        /**
         * ExecutionList
         * @description A page of executions.
         */
        ExecutionList: {
            /** Items */
            items: components["schemas"]["ExecutionItem"][];
            /** Next Cursor */
            next_cursor: number | null;
            /** Position */
            position: number;
        };
        /**
         * FailureCause
         * @description Executions that failed alike, with the last of them.
         */
        FailureCause: {
            /** Code */
            code: string;
            /** Category */
            category: string;
            /** Type */
            type: string;
            /** Step */
            step: string | null;
            /** Message */
            message: string;
            /** Advice */
            advice: string;
            /** Count */
            count: number;
            /** Last At */
            last_at: string | null;
            /**
             * Execution Id
             * Format: uuid
             */
            execution_id: string;
            /** Number */
            number: number;
        };
        /** HTTPValidationError */
        HTTPValidationError: {
            /** Detail */
            detail?: components["schemas"]["ValidationError"][];
        };
        /**
         * Health
         * @description How the service is.
         */
        Health: {
            /** Status */
            status: string;
        };
        /**
         * ItemCounts
         * @description How the items of a map stand.
         */
        ItemCounts: {
            /** Total */
            total: number;
            /** Completed */
            completed: number;
            /** Failed */
            failed: number;
            /** Stopped */
            stopped: number;
            /** Settled */
            settled: number;
        };
        JsonValue: unknown;
        /**
         * LastRun
         * @description One of a workflow's last executions.
         */
        LastRun: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Number */
            number: number;
            /**
             * Status
             * @enum {string}
             */
            status: "queued" | "running" | "paused" | "stopping" | "completed" | "failed" | "stopped";
            /** Started At */
            started_at: string | null;
            /** Duration Ms */
            duration_ms: number | null;
        };
        /**
         * LimitMove
         * @description A limit that has moved, and why; `resource` null: attempts at once. Shares from 0 to 1.
         */
        LimitMove: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Resource */
            resource: string | null;
            /** From Limit */
            from_limit: number | null;
            /** To Limit */
            to_limit: number | null;
            /** Reason */
            reason: string;
            /** Memory Used */
            memory_used: number | null;
            /** Memory Stall */
            memory_stall: number | null;
            /** Cpu Others */
            cpu_others: number | null;
            /** Cpu Wait */
            cpu_wait: number | null;
        };
        /**
         * Limits
         * @description The limits an operator has set. `machine` is what there is of resources that are not named; `most_attempts` the
         *     most this server has workers for.
         */
        Limits: {
            /** Attempts */
            attempts: number | null;
            /** Workflows */
            workflows: {
                [key: string]: components["schemas"]["WorkflowLimit"];
            };
            /** Kinds */
            kinds: {
                [key: string]: number;
            };
            /** Resources */
            resources: {
                [key: string]: number;
            };
            /** Machine */
            machine: {
                [key: string]: number;
            };
            /** Most Attempts */
            most_attempts: number;
            /** Version */
            version: number;
            /** Changed At */
            changed_at: string | null;
            /** Changed By */
            changed_by: string | null;
            /** Position */
            position: number;
        };
        /**
         * LogLine
         * @description One line of the log.
         */
        LogLine: {
            /** Line */
            line: number;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Level */
            level: string;
            /** Stream */
            stream: string;
            /** Step */
            step: string;
            /** Attempt */
            attempt: number;
            /** Text */
            text: string;
        };
        /**
         * LogWindow
         * @description A window of lines.
         */
        LogWindow: {
            /** Items */
            items: components["schemas"]["LogLine"][];
            /** Next Cursor */
            next_cursor: number | null;
            /** Total Lines */
            total_lines: number;
            /** Dropped Lines */
            dropped_lines: number;
            /** Complete */
            complete: boolean;
            /** Position */
            position: number;
        };
        /**
         * NodeKindList
         * @description The kinds of node.
         */
        NodeKindList: {
            /** Items */
            items: {
                [key: string]: unknown;
            }[];
            /** Next Cursor */
            next_cursor: null;
        };
        /**
         * Pressure
         * @description How hard the machine is pressed: shares from 0 to 1, null where it does not tell.
         */
        Pressure: {
            /** Memory Used */
            memory_used: number;
            /** Memory Stall */
            memory_stall: number | null;
            /** Cpu Others */
            cpu_others: number;
            /** Cpu Wait */
            cpu_wait: number | null;
            /** Memory Bytes */
            memory_bytes: number;
        };
        /**
         * ProblemItem
         * @description One thing that is wrong, with its place.
         */
        ProblemItem: {
            /** Node */
            node: string | null;
            /** Pointer */
            pointer: string;
            /** Code */
            code: string;
            /** Message */
            message: string;
            /** Advice */
            advice: string;
            /**
             * Severity
             * @enum {string}
             */
            severity: "error" | "warning";
            /** Params */
            params: {
                [key: string]: string | number;
            };
        };
        /**
         * Progress
         * @description How far an execution is. `eta_ms`, until it completes, is null where nobody can say: fewer than five runs are
         *     known, or, with `waits_for_person`, an answer is needed and people have not answered often enough to tell when.
         */
        Progress: {
            /** Done */
            done: number;
            /** Total */
            total: number;
            /** Fraction */
            fraction: number;
            eta_ms: components["schemas"]["Within"] | null;
            /** Waits For Person */
            waits_for_person: boolean;
        };
        /**
         * Quantiles
         * @description Half are below `p50`, nine of ten below `p90`, ninety-nine of a hundred below `p99`.
         */
        Quantiles: {
            /** P50 */
            p50: number;
            /** P90 */
            p90: number;
            /** P99 */
            p99: number;
        };
        /**
         * Queue
         * @description What runs and who waits, as this server sees it; `slots` are its own.
         */
        Queue: {
            /** Slots */
            slots: {
                [key: string]: number;
            };
            /** Running */
            running: number;
            /** Queued */
            queued: number;
            /** Oldest Wait Ms */
            oldest_wait_ms: number | null;
            /** Causes */
            causes: components["schemas"]["QueueCause"][];
            /** Priorities */
            priorities: components["schemas"]["QueuePriority"][];
            /** Limits */
            limits: components["schemas"]["QueueLimit"][];
            /** Items */
            items: components["schemas"]["QueueItem"][];
            /** Places Estimated */
            places_estimated: number;
            /** Next Cursor */
            next_cursor: number | null;
            /** Position */
            position: number;
        };
        /**
         * QueueCause
         * @description How many wait for the same.
         */
        QueueCause: {
            /** Code */
            code: string;
            /** Count */
            count: number;
        };
        /**
         * QueueItem
         * @description An execution that waits. `place` counts from 1 and is null for one that is held. `starts_in_ms` is null where
         *     nobody can say: fewer than five runs are known of a workflow that is before it or runs, a person holds it or what
         *     keeps it waiting, or its place is beyond `places_estimated`.
         */
        QueueItem: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Number */
            number: number;
            /** Run */
            run: number;
            workflow: components["schemas"]["WorkflowRef"];
            /**
             * Status
             * @enum {string}
             */
            status: "queued" | "running" | "paused" | "stopping" | "completed" | "failed" | "stopped";
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Queued At
             * Format: date-time
             */
            queued_at: string;
            /** Started At */
            started_at: string | null;
            /** Ended At */
            ended_at: string | null;
            /** Labels */
            labels: {
                [key: string]: string;
            };
            /** Priority */
            priority: number;
            /** Requested By */
            requested_by: string;
            error: components["schemas"]["StepError"] | null;
            /** Settled Steps */
            settled_steps: number;
            /** Current Paths */
            current_paths: string[];
            /** Waiting Paths */
            waiting_paths: string[];
            /** Place */
            place: number | null;
            starts_in_ms: components["schemas"]["Within"] | null;
            /** Key */
            key: string | null;
            /** Waited Ms */
            waited_ms: number;
            why_waiting: components["schemas"]["WhyWaiting"];
        };
        /**
         * QueueLimit
         * @description A limit that somebody waits under; `key` is null when all of the workflow are counted.
         */
        QueueLimit: {
            /** Workflow */
            workflow: {
                [key: string]: unknown;
            };
            /** Key */
            key: string | null;
            /** Limit */
            limit: number;
            /** Running */
            running: number;
            /** Queued */
            queued: number;
        };
        /**
         * QueuePriority
         * @description How many wait of one priority.
         */
        QueuePriority: {
            /** Priority */
            priority: number;
            /** Count */
            count: number;
        };
        /**
         * ResourceUse
         * @description How much of a resource there is, and how much of it is taken.
         */
        ResourceUse: {
            /** Name */
            name: string;
            /** Taken */
            taken: number;
            /** Limit */
            limit: number | null;
        };
        /**
         * Retried
         * @description The next run waits in the queue.
         */
        Retried: {
            /**
             * Execution Id
             * Format: uuid
             */
            execution_id: string;
            /**
             * Status
             * @enum {string}
             */
            status: "queued" | "running" | "paused" | "stopping" | "completed" | "failed" | "stopped";
            /** Run */
            run: number;
            /** Version */
            version: number;
            /** Runs Again */
            runs_again: number;
            /** Reuses */
            reuses: number;
            /** Position */
            position: number;
        };
        /**
         * RetryPreview
         * @description What the next run would do. `preview_token` confirms just this.
         */
        RetryPreview: {
            /**
             * Execution Id
             * Format: uuid
             */
            execution_id: string;
            /** Run */
            run: number;
            /** Version */
            version: number;
            inputs: components["schemas"]["JsonValue"];
            /** Steps */
            steps: components["schemas"]["StepFate"][];
            /** Runs Again */
            runs_again: number;
            /** Reuses */
            reuses: number;
            /** Repeats Effects */
            repeats_effects: number;
            /** Preview Token */
            preview_token: string;
        };
        /**
         * Statistics
         * @description What the last executions of a workflow say. Quantiles are of those that completed, null when none did.
         */
        Statistics: {
            /** Workflow */
            workflow: {
                [key: string]: unknown;
            };
            /** Runs */
            runs: {
                [key: string]: number;
            };
            duration_ms: components["schemas"]["Quantiles"] | null;
            waited_ms: components["schemas"]["Quantiles"] | null;
            worked_ms: components["schemas"]["Quantiles"] | null;
            /** Steps */
            steps: components["schemas"]["StepStatistics"][];
            /** Failure Causes */
            failure_causes: components["schemas"]["FailureCause"][];
            bottleneck: components["schemas"]["Bottleneck"] | null;
            /** By Day */
            by_day: components["schemas"]["DayCounts"][];
            /** Position */
            position: number;
        };
        /**
         * Step
         * @description A step.
         */
        Step: {
            /** Path */
            path: string;
            /** Node */
            node: string;
            /** Kind */
            kind: string;
            /**
             * Status
             * @enum {string}
             */
            status: "pending" | "ready" | "running" | "retrying" | "waiting" | "completed" | "failed" | "skipped" | "stopped";
            /** Attempt */
            attempt: number;
            /** Reason */
            reason: string | null;
            /** Due At */
            due_at: string | null;
            /** Worker */
            worker: string | null;
            /** Child Id */
            child_id: string | null;
            items: components["schemas"]["ItemCounts"] | null;
            /** Index */
            index?: number | null;
            /** Started At */
            started_at: string | null;
            /** Began At */
            began_at: string | null;
            /** Ended At */
            ended_at: string | null;
            /** Duration Ms */
            duration_ms: number | null;
            error: components["schemas"]["StepError"] | null;
            usage: components["schemas"]["Usage"] | null;
            input: components["schemas"]["JsonValue"];
            input_artifact: components["schemas"]["ArtifactRef"] | null;
            output: components["schemas"]["JsonValue"];
            output_artifact: components["schemas"]["ArtifactRef"] | null;
            /** Artifacts */
            artifacts: components["schemas"]["ArtifactRef"][];
            /** Progress */
            progress: {
                [key: string]: unknown;
            } | null;
            /** Attempts */
            attempts: {
                [key: string]: unknown;
            }[];
        };
        /**
         * StepError
         * @description Why a step failed.
         */
        StepError: {
            /** Code */
            code: string;
            /** Category */
            category: string;
            /** Type */
            type: string;
            /** Message */
            message: string;
            /** Advice */
            advice: string;
            /** Retryable */
            retryable: boolean;
            /** Traceback */
            traceback: string | null;
        };
        /**
         * StepFate
         * @description What the next run does with a step. `reason`: unchanged (kept), failed, stopped, not_run, chosen, start, after
         *     (the step `by`), condition_anew, kind_changed, config_changed, input_changed, new_step.
         */
        StepFate: {
            /** Path */
            path: string;
            /**
             * Action
             * @enum {string}
             */
            action: "run_again" | "reuse";
            /** Reason */
            reason: string;
            /** By */
            by: string | null;
            /** Had */
            had: ("pending" | "ready" | "running" | "retrying" | "waiting" | "completed" | "failed" | "skipped" | "stopped") | null;
            /** Repeats Effects */
            repeats_effects: boolean;
            /** Items Kept */
            items_kept: number;
        };
        /**
         * StepList
         * @description The steps in the order of the graph, or a window of the items of a map.
         */
        StepList: {
            /** Items */
            items: components["schemas"]["Step"][];
            /** Next Cursor */
            next_cursor: number | null;
            /** Position */
            position: number;
        };
        /**
         * StepStatistics
         * @description Of one step over the last executions. `critical_share` of the time was waited for it (0 to 1).
         */
        StepStatistics: {
            /** Path */
            path: string;
            /** Kind */
            kind: string;
            /** Runs */
            runs: number;
            /** Skipped */
            skipped: number;
            /** Failed */
            failed: number;
            /** Attempts */
            attempts: number;
            duration_ms: components["schemas"]["Quantiles"] | null;
            /** Peak Memory Bytes */
            peak_memory_bytes: number | null;
            /** Critical Share */
            critical_share: number;
        };
        /**
         * Stopping
         * @description What the stop led to so far.
         */
        Stopping: {
            /**
             * Execution Id
             * Format: uuid
             */
            execution_id: string;
            /**
             * Status
             * @enum {string}
             */
            status: "queued" | "running" | "paused" | "stopping" | "completed" | "failed" | "stopped";
            /** Position */
            position: number;
        };
        /**
         * Timings
         * @description Where the time went, in milliseconds.
         */
        Timings: {
            /**
             * Execution Id
             * Format: uuid
             */
            execution_id: string;
            /**
             * Queued At
             * Format: date-time
             */
            queued_at: string;
            /** Started At */
            started_at: string | null;
            /** Ended At */
            ended_at: string | null;
            /** Waited Ms */
            waited_ms: number;
            /** Worked Ms */
            worked_ms: number;
            /** Total Ms */
            total_ms: number;
            /** Bottleneck */
            bottleneck: string | null;
            /** Steps */
            steps: {
                [key: string]: unknown;
            }[];
            /** Position */
            position: number;
        };
        /**
         * Trigger
         * @description A trigger. `next_at`: when it fires if nothing is in its way; `waits_for`: the execution whose end it waits for,
         *     or that is in its way; `last_skip`: when that is the last thing it did; `secret` only where it is new.
         */
        Trigger: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Version */
            version: number;
            /**
             * Workflow Id
             * Format: uuid
             */
            workflow_id: string;
            /** Name */
            name: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "cron" | "interval" | "webhook";
            /** Cron */
            cron: string | null;
            /** Timezone */
            timezone: string | null;
            /** Every S */
            every_s: number | null;
            /** Inputs */
            inputs: {
                [key: string]: components["schemas"]["JsonValue"];
            };
            /** Priority */
            priority: number | null;
            /**
             * Overlap
             * @enum {string}
             */
            overlap: "allow" | "skip" | "queue" | "replace";
            /**
             * Catch Up
             * @enum {string}
             */
            catch_up: "none" | "latest" | "all";
            /** Jitter S */
            jitter_s: number;
            /** Paused */
            paused: boolean;
            /** Next At */
            next_at: string | null;
            /** Waits For */
            waits_for: string | null;
            /** Last Due At */
            last_due_at: string | null;
            /** Last Execution Id */
            last_execution_id: string | null;
            /** Fired */
            fired: number;
            /** Skipped */
            skipped: number;
            last_skip: components["schemas"]["TriggerSkip"] | null;
            /** Path */
            path: string | null;
            /**
             * Changed At
             * Format: date-time
             */
            changed_at: string;
            /** Changed By */
            changed_by: string;
            /** Position */
            position: number;
            /** Secret */
            secret?: string | null;
        };
        /**
         * TriggerList
         * @description Triggers by name.
         */
        TriggerList: {
            /** Items */
            items: components["schemas"]["Trigger"][];
            /** Next Cursor */
            next_cursor: number | null;
            /** Position */
            position: number;
        };
        /**
         * TriggerPreview
         * @description The next times it would be due, at most five; or what is wrong.
         */
        TriggerPreview: {
            /** Next At */
            next_at: string[];
            /** Problems */
            problems: components["schemas"]["ProblemItem"][];
        };
        /**
         * TriggerSkip
         * @description Due times that started nothing, and why: `overlap`, `missed`, or the code of what refused the execution.
         */
        TriggerSkip: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Count */
            count: number;
            /** Reason */
            reason: string;
            /** Detail */
            detail: string | null;
            /**
             * Last Due At
             * Format: date-time
             */
            last_due_at: string;
        };
        /**
         * Usage
         * @description What an attempt cost.
         */
        Usage: {
            /** Wall Ms */
            wall_ms: number;
            /** Cpu Ms */
            cpu_ms: number;
            /** Peak Memory Bytes */
            peak_memory_bytes: number;
            /** Began At Ms */
            began_at_ms: number;
        };
        /**
         * Validation
         * @description Every problem of a definition.
         */
        Validation: {
            /** Valid */
            valid: boolean;
            /** Problems */
            problems: components["schemas"]["ProblemItem"][];
        };
        /** ValidationError */
        ValidationError: {
            /** Location */
            loc: (string | number)[];
            /** Message */
            msg: string;
            /** Error Type */
            type: string;
            /** Input */
            input?: unknown;
            /** Context */
            ctx?: Record<string, never>;
        };
        /**
         * Version
         * @description An immutable version.
         */
        Version: {
            /**
             * Workflow Id
             * Format: uuid
             */
            workflow_id: string;
            /** Version */
            version: number;
            definition: components["schemas"]["JsonValue"];
            /** Graph Hash */
            graph_hash: string;
            /** Problems */
            problems: components["schemas"]["ProblemItem"][];
            /** Ever Ready */
            ever_ready: boolean;
            /**
             * Saved At
             * Format: date-time
             */
            saved_at: string;
            /** Saved By */
            saved_by: string;
        };
        /**
         * VersionList
         * @description Versions, newest first.
         */
        VersionList: {
            /** Items */
            items: {
                [key: string]: unknown;
            }[];
            /** Next Cursor */
            next_cursor: number | null;
        };
        /**
         * WhyWaiting
         * @description Why a queued execution waits, or (`steps_`) steps of one that runs.
         */
        WhyWaiting: {
            /**
             * Code
             * @enum {string}
             */
            code: "slots_taken" | "workflow_limit" | "key_limit" | "resources" | "held" | "delayed" | "steps_slots" | "steps_kind" | "steps_calls" | "steps_resources";
            /** Params */
            params: {
                [key: string]: unknown;
            };
        };
        /**
         * Within
         * @description A time from now in milliseconds: half of the cases are within `p50`, nine of ten within `p90`.
         */
        Within: {
            /** P50 */
            p50: number;
            /** P90 */
            p90: number;
        };
        /**
         * Workflow
         * @description A workflow with its latest definition.
         */
        Workflow: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Name */
            name: string;
            /** Description */
            description: string;
            /** Labels */
            labels: {
                [key: string]: string;
            };
            /**
             * Status
             * @enum {string}
             */
            status: "draft" | "ready" | "paused" | "archived";
            /** Version */
            version: number;
            /** Latest Version */
            latest_version: number;
            /** Ready Version */
            ready_version: number | null;
            definition: components["schemas"]["JsonValue"];
            /** Problems */
            problems: components["schemas"]["ProblemItem"][];
            /** Position */
            position: number;
        };
        /**
         * WorkflowItem
         * @description A workflow in the list.
         */
        WorkflowItem: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Name */
            name: string;
            /** Description */
            description: string;
            /** Labels */
            labels: {
                [key: string]: string;
            };
            /**
             * Status
             * @enum {string}
             */
            status: "draft" | "ready" | "paused" | "archived";
            /** Version */
            version: number;
            /** Latest Version */
            latest_version: number;
            /** Ready Version */
            ready_version: number | null;
            /** Problems Count */
            problems_count: number;
            /** Nodes */
            nodes: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Updated By */
            updated_by: string;
            /** Last Runs */
            last_runs: components["schemas"]["LastRun"][];
        };
        /**
         * WorkflowLimit
         * @description At most so many executions of a workflow run, and wait.
         */
        WorkflowLimit: {
            /** Running */
            running?: number | null;
            /** Queued */
            queued?: number | null;
        };
        /**
         * WorkflowList
         * @description A page of workflows.
         */
        WorkflowList: {
            /** Items */
            items: components["schemas"]["WorkflowItem"][];
            /** Next Cursor */
            next_cursor: number | null;
            /** Position */
            position: number;
        };
        /**
         * WorkflowRef
         * @description Which workflow.
         */
        WorkflowRef: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Name */
            name: string;
            /** Version */
            version: number;
        };
        /**
         * ProblemDetails
         * @description RFC 9457 problem details.
         */
        ProblemDetails: {
            /** Type */
            type: string;
            /** Title */
            title: string;
            /** Status */
            status: number;
            /** Detail */
            detail: string;
            /** Code */
            code: string;
            /**
             * Category
             * @enum {string}
             */
            category: "validation" | "not_found" | "conflict" | "permission" | "capacity" | "timeout" | "step" | "infrastructure" | "internal";
            /** Retryable */
            retryable: boolean;
            /** Advice */
            advice: string;
            /** Errors */
            errors: components["schemas"]["ProblemItem"][];
            /** Request Id */
            request_id: string;
        };
        /**
         * BulkFilter
         * @description Which executions; what is left out takes any.
         */
        BulkFilter: {
            /** Status */
            status?: ("queued" | "running" | "paused" | "stopping" | "completed" | "failed" | "stopped")[] | null;
            /** Workflow Id */
            workflow_id?: string | null;
            /** Label */
            label?: string | null;
            /** Since */
            since?: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    change_executions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Action
                     * @enum {string}
                     */
                    action: "stop" | "retry" | "hold" | "release" | "move";
                    filter?: components["schemas"]["BulkFilter"] | null;
                    /** Ids */
                    ids?: string[] | null;
                    /** Preview Token */
                    preview_token?: string | null;
                    /** Grace S */
                    grace_s?: number | null;
                    /** Reason */
                    reason?: string | null;
                    /** Priority */
                    priority?: number | null;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkAnswer"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    execute_workflow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** Inputs */
                    inputs?: {
                        [key: string]: components["schemas"]["JsonValue"];
                    } | null;
                    /** Priority */
                    priority?: number | null;
                    /** Labels */
                    labels?: {
                        [key: string]: string;
                    } | null;
                    /** Version */
                    version?: number | null;
                    /**
                     * Start At
                     * @description Not before; with its zone.
                     */
                    start_at?: string | null;
                    /**
                     * Delay S
                     * @description Not before so many seconds.
                     */
                    delay_s?: number | null;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    stop_execution: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** Grace S */
                    grace_s?: number | null;
                    /** Reason */
                    reason?: string | null;
                    /** Force */
                    force?: boolean | null;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stopping"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    stop_workflow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** Grace S */
                    grace_s?: number | null;
                    /** Reason */
                    reason?: string | null;
                    /** Force */
                    force?: boolean | null;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stopping"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    answer_step: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                execution_id: string;
                path: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Decision
                     * @enum {string}
                     */
                    decision: "run_again" | "completed" | "failed" | "approved" | "rejected";
                    output?: components["schemas"]["JsonValue"];
                };
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Answered"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    pause_execution: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** Reason */
                    reason?: string | null;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stopping"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    resume_execution: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stopping"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    preview_retry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * From
                     * @default failed
                     */
                    from?: ("failed" | "start") | string[];
                    /** Inputs */
                    inputs?: {
                        [key: string]: components["schemas"]["JsonValue"];
                    } | null;
                    /** Step Inputs */
                    step_inputs?: {
                        [key: string]: {
                            [key: string]: components["schemas"]["JsonValue"];
                        };
                    } | null;
                    /** Version */
                    version?: number | null;
                    /** Preview Token */
                    preview_token?: string | null;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetryPreview"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    retry_execution: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * From
                     * @default failed
                     */
                    from?: ("failed" | "start") | string[];
                    /** Inputs */
                    inputs?: {
                        [key: string]: components["schemas"]["JsonValue"];
                    } | null;
                    /** Step Inputs */
                    step_inputs?: {
                        [key: string]: {
                            [key: string]: components["schemas"]["JsonValue"];
                        };
                    } | null;
                    /** Version */
                    version?: number | null;
                    /** Preview Token */
                    preview_token?: string | null;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Retried"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    change_queue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** Priority */
                    priority?: number | null;
                    /** Held */
                    held?: boolean | null;
                    /** Reason */
                    reason?: string | null;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stopping"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    get_limits: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Limits"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    set_limits: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** Attempts */
                    attempts?: number | null;
                    /** Workflows */
                    workflows?: {
                        [key: string]: components["schemas"]["WorkflowLimit"];
                    } | null;
                    /** Kinds */
                    kinds?: {
                        [key: string]: number;
                    } | null;
                    /** Resources */
                    resources?: {
                        [key: string]: number;
                    } | null;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Limits"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    get_capacity: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Capacity"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    get_queue: {
        parameters: {
            query?: {
                cursor?: number | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Queue"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    get_statistics: {
        parameters: {
            query?: {
                version?: number | null;
                since?: string | null;
            };
            header?: never;
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Statistics"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    list_triggers: {
        parameters: {
            query?: {
                workflow_id?: string | null;
                cursor?: number | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TriggerList"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    create_trigger: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Name */
                    name: string;
                    /** Workflow Id */
                    workflow_id?: string | null;
                    /**
                     * Kind
                     * @enum {string}
                     */
                    kind: "cron" | "interval" | "webhook";
                    /** Cron */
                    cron?: string | null;
                    /** Timezone */
                    timezone?: string | null;
                    /** Every S */
                    every_s?: number | null;
                    /**
                     * Inputs
                     * @default {}
                     */
                    inputs?: {
                        [key: string]: components["schemas"]["JsonValue"];
                    };
                    /** Priority */
                    priority?: number | null;
                    /** Overlap */
                    overlap?: ("allow" | "skip" | "queue" | "replace") | null;
                    /** Catch Up */
                    catch_up?: ("none" | "latest" | "all") | null;
                    /** Jitter S */
                    jitter_s?: number | null;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trigger"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    preview_trigger: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Cron */
                    cron: string;
                    /** Timezone */
                    timezone?: string | null;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TriggerPreview"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    get_trigger: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                trigger_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trigger"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    change_trigger: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                trigger_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Name */
                    name: string;
                    /** Workflow Id */
                    workflow_id?: string | null;
                    /**
                     * Kind
                     * @enum {string}
                     */
                    kind: "cron" | "interval" | "webhook";
                    /** Cron */
                    cron?: string | null;
                    /** Timezone */
                    timezone?: string | null;
                    /** Every S */
                    every_s?: number | null;
                    /**
                     * Inputs
                     * @default {}
                     */
                    inputs?: {
                        [key: string]: components["schemas"]["JsonValue"];
                    };
                    /** Priority */
                    priority?: number | null;
                    /** Overlap */
                    overlap?: ("allow" | "skip" | "queue" | "replace") | null;
                    /** Catch Up */
                    catch_up?: ("none" | "latest" | "all") | null;
                    /** Jitter S */
                    jitter_s?: number | null;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trigger"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    remove_trigger: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                trigger_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trigger"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    pause_trigger: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                trigger_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trigger"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    resume_trigger: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                trigger_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trigger"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    change_trigger_secret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                trigger_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trigger"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    fire_trigger: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                trigger_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    list_trigger_events: {
        parameters: {
            query?: {
                after?: number | null;
                before?: number | null;
                limit?: number;
            };
            header?: never;
            path: {
                trigger_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventWindow"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    call_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                trigger_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    validate_definition: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: components["schemas"]["JsonValue"];
                };
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Validation"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    list_workflows: {
        parameters: {
            query?: {
                status?: ("draft" | "ready" | "paused" | "archived") | null;
                q?: string | null;
                cursor?: number | null;
                limit?: number;
                min_position?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkflowList"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    create_workflow: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Name */
                    name?: string | null;
                    definition: components["schemas"]["JsonValue"];
                    /** Description */
                    description?: string | null;
                    /** Labels */
                    labels?: {
                        [key: string]: string;
                    } | null;
                    /** Ready */
                    ready?: boolean | null;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    import_workflow: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Name */
                    name?: string | null;
                    definition: components["schemas"]["JsonValue"];
                    /** Description */
                    description?: string | null;
                    /** Labels */
                    labels?: {
                        [key: string]: string;
                    } | null;
                    /** Ready */
                    ready?: boolean | null;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    get_workflow: {
        parameters: {
            query?: {
                min_position?: number | null;
            };
            header?: never;
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    save_workflow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Name */
                    name?: string | null;
                    definition: components["schemas"]["JsonValue"];
                    /** Description */
                    description?: string | null;
                    /** Labels */
                    labels?: {
                        [key: string]: string;
                    } | null;
                    /** Ready */
                    ready?: boolean | null;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    list_versions: {
        parameters: {
            query?: {
                cursor?: number | null;
                limit?: number;
            };
            header?: never;
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionList"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    get_version: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workflow_id: string;
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Version"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    ready_workflow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** Version */
                    version?: number | null;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    pause_workflow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    resume_workflow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    archive_workflow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    duplicate_workflow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** Name */
                    name?: string | null;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    export_workflow: {
        parameters: {
            query?: {
                format?: string;
            };
            header?: never;
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "application/yaml": unknown;
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    workflow_status: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Execution"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    list_executions: {
        parameters: {
            query?: {
                status?: ("queued" | "running" | "paused" | "stopping" | "completed" | "failed" | "stopped")[] | null;
                workflow_id?: string | null;
                label?: string | null;
                since?: string | null;
                cursor?: number | null;
                limit?: number;
                min_position?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExecutionList"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    get_execution: {
        parameters: {
            query?: {
                min_position?: number | null;
                at?: number | null;
            };
            header?: never;
            path: {
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Execution"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    evaluate_template: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    template: components["schemas"]["JsonValue"];
                };
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Evaluated"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    list_steps: {
        parameters: {
            query?: {
                of?: string | null;
                status?: "failed" | null;
                cursor?: number | null;
                limit?: number;
                min_position?: number | null;
                at?: number | null;
            };
            header?: never;
            path: {
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StepList"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    get_timings: {
        parameters: {
            query?: {
                min_position?: number | null;
                at?: number | null;
            };
            header?: never;
            path: {
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Timings"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    list_log_lines: {
        parameters: {
            query?: {
                after?: number | null;
                before?: number | null;
                level?: string | null;
                step?: string | null;
                q?: string | null;
                limit?: number;
                min_position?: number | null;
            };
            header?: never;
            path: {
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogWindow"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    list_events: {
        parameters: {
            query?: {
                after?: number | null;
                before?: number | null;
                limit?: number;
                at?: number | null;
                min_position?: number | null;
            };
            header?: never;
            path: {
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventWindow"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    get_artifact: {
        parameters: {
            query?: {
                download?: boolean;
            };
            header?: never;
            path: {
                execution_id: string;
                sha256: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "application/octet-stream": unknown;
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    get_artifact_by_hash: {
        parameters: {
            query: {
                execution_id: string;
                download?: boolean;
            };
            header?: never;
            path: {
                sha256: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "application/octet-stream": unknown;
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    stream_execution: {
        parameters: {
            query?: {
                after?: number | null;
            };
            header?: never;
            path: {
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "text/event-stream": unknown;
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    stream_topics: {
        parameters: {
            query?: {
                topics?: string;
                after?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "text/event-stream": unknown;
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "text/plain": unknown;
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    list_node_kinds: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeKindList"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    get_schema: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "application/schema+json": unknown;
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    healthz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
}
