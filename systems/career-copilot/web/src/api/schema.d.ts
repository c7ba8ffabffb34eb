// By npm run generate: types VvYorxXL-_zzqNRH of document 8R8WtF7GoSizqmil.
export interface paths {
    "/api/v1/analytics/all/series": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query: {
                    metric: "created" | "applied" | "answered" | "interview" | "offer" | "accepted" | "rejected" | "ghosted";
                    unit?: "hour" | "day" | "week";
                    zone?: string;
                    from?: string;
                    to?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            metric: string;
                            unit: string;
                            zone: string;
                            points: {
                                period: string;
                                count: number;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/catalogue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The catalogue */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/html": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/dashboards": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            name: string;
                            definition: {
                                title: string;
                                /** @description Default UTC. */
                                zone?: string;
                                widgets: {
                                    title: string;
                                    /** @enum {string} */
                                    metric: "created" | "applied" | "answered" | "interview" | "offer" | "accepted" | "rejected" | "ghosted";
                                    /** @enum {string} */
                                    unit: "hour" | "day" | "week";
                                    periods: number;
                                    /** @enum {string} */
                                    chart: "line" | "bar" | "number";
                                }[];
                            };
                            /** Format: date-time */
                            updated_at: string;
                        }[];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/dashboards/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
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
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            name: string;
                            definition: {
                                title: string;
                                /** @description Default UTC. */
                                zone?: string;
                                widgets: {
                                    title: string;
                                    /** @enum {string} */
                                    metric: "created" | "applied" | "answered" | "interview" | "offer" | "accepted" | "rejected" | "ghosted";
                                    /** @enum {string} */
                                    unit: "hour" | "day" | "week";
                                    periods: number;
                                    /** @enum {string} */
                                    chart: "line" | "bar" | "number";
                                }[];
                            };
                            /** Format: date-time */
                            updated_at: string;
                            series: {
                                period: string;
                                count: number;
                            }[][];
                        };
                    };
                };
            };
        };
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        title: string;
                        /** @description Default UTC. */
                        zone?: string;
                        widgets: {
                            title: string;
                            /** @enum {string} */
                            metric: "created" | "applied" | "answered" | "interview" | "offer" | "accepted" | "rejected" | "ghosted";
                            /** @enum {string} */
                            unit: "hour" | "day" | "week";
                            periods: number;
                            /** @enum {string} */
                            chart: "line" | "bar" | "number";
                        }[];
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            name: string;
                            definition: {
                                title: string;
                                /** @description Default UTC. */
                                zone?: string;
                                widgets: {
                                    title: string;
                                    /** @enum {string} */
                                    metric: "created" | "applied" | "answered" | "interview" | "offer" | "accepted" | "rejected" | "ghosted";
                                    /** @enum {string} */
                                    unit: "hour" | "day" | "week";
                                    periods: number;
                                    /** @enum {string} */
                                    chart: "line" | "bar" | "number";
                                }[];
                            };
                            /** Format: date-time */
                            updated_at: string;
                        };
                    };
                };
            };
        };
        post?: never;
        delete: {
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
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/forecast": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Why nothing is forecast. */
                            refused: string | null;
                            base_rate: number | null;
                            applications: {
                                application_id: number;
                                chance: number;
                                /** @description Between which the share of those lies that were answered where about the same was said, with 90 % confidence. Null: none was made. */
                                interval: {
                                    low: number;
                                    high: number;
                                    /** @description Of so many forecasts of about the same. */
                                    like: number;
                                } | null;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/funnel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            stages: {
                                /** @enum {string} */
                                stage: "applied" | "screening" | "interview" | "offer" | "accepted";
                                count: number;
                                rate: number;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            total_applications: number;
                            active_applications: number;
                            by_status: {
                                saved: number;
                                applied: number;
                                screening: number;
                                interview: number;
                                offer: number;
                                accepted: number;
                                rejected: number;
                                withdrawn: number;
                            };
                            response_rate: number;
                            offer_rate: number;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/products": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            name: string;
                            version: number;
                            title: string;
                            description: string;
                            owner: string;
                            audience: string;
                            href: string;
                            schema: unknown;
                            freshness: {
                                promise_seconds: number;
                                age_seconds: number | null;
                                kept: boolean;
                                complete_since: string | null;
                            };
                        }[];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/products/{name}/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    version: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            product: string;
                            version: number;
                            freshness: {
                                promise_seconds: number;
                                age_seconds: number | null;
                                kept: boolean;
                                complete_since: string | null;
                            };
                            data: unknown;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/reports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            /** @enum {string} */
                            format: "csv" | "pdf";
                            /** @description waiting, running, done, failed */
                            state: string;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            ended_at: string | null;
                        }[];
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @enum {string} */
                        format: "csv" | "pdf";
                        /** @description Of weeks. Default UTC. */
                        zone?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            /** @enum {string} */
                            format: "csv" | "pdf";
                            /** @description waiting, running, done, failed */
                            state: string;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            ended_at: string | null;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/reports/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            /** @enum {string} */
                            format: "csv" | "pdf";
                            /** @description waiting, running, done, failed */
                            state: string;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            ended_at: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/reports/{id}/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The report */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/csv": string;
                        "application/pdf": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/series": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query: {
                    metric: "created" | "applied" | "answered" | "interview" | "offer" | "accepted" | "rejected" | "ghosted";
                    unit?: "hour" | "day" | "week";
                    zone?: string;
                    from?: string;
                    to?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            metric: string;
                            unit: string;
                            zone: string;
                            points: {
                                period: string;
                                count: number;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            total_applications: number;
                            active_applications: number;
                            by_status: {
                                saved: number;
                                applied: number;
                                screening: number;
                                interview: number;
                                offer: number;
                                accepted: number;
                                rejected: number;
                                withdrawn: number;
                            };
                            response_rate: number;
                            offer_rate: number;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/weekly": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            weeks: {
                                week: string;
                                applications: number;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/applications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    status?: "saved" | "applied" | "screening" | "interview" | "offer" | "accepted" | "rejected" | "withdrawn";
                    page?: number;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            applications: {
                                id: number;
                                job_id: number;
                                job_title: string;
                                company_name: string;
                                /** @enum {string} */
                                status: "saved" | "applied" | "screening" | "interview" | "offer" | "accepted" | "rejected" | "withdrawn";
                                cover_letter: string | null;
                                /** Format: date-time */
                                applied_at: string | null;
                                /** Format: date-time */
                                created_at: string;
                                /** Format: date-time */
                                updated_at: string;
                            }[];
                            total_count: number;
                            page: number;
                            limit: number;
                            total_pages: number;
                        };
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        job_id: number;
                        /** @enum {string} */
                        status?: "saved" | "applied";
                        cover_letter?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            job_id: number;
                            job_title: string;
                            company_name: string;
                            /** @enum {string} */
                            status: "saved" | "applied" | "screening" | "interview" | "offer" | "accepted" | "rejected" | "withdrawn";
                            cover_letter: string | null;
                            /** Format: date-time */
                            applied_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            updated_at: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/applications/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            job_id: number;
                            job_title: string;
                            company_name: string;
                            /** @enum {string} */
                            status: "saved" | "applied" | "screening" | "interview" | "offer" | "accepted" | "rejected" | "withdrawn";
                            cover_letter: string | null;
                            /** Format: date-time */
                            applied_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            updated_at: string;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/applications/{id}/documents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            application_id: number | null;
                            name: string;
                            kind: string;
                            url: string;
                            content_type: string;
                            size_bytes: number;
                            /** Format: date-time */
                            created_at: string;
                        }[];
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        name: string;
                        /** @enum {string} */
                        kind: "resume" | "cover_letter" | "portfolio" | "other";
                        url: string;
                        content_type: string;
                        size_bytes: number;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            application_id: number | null;
                            name: string;
                            kind: string;
                            url: string;
                            content_type: string;
                            size_bytes: number;
                            /** Format: date-time */
                            created_at: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/applications/{id}/notes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            body: string;
                            is_private: boolean;
                            /** Format: date-time */
                            created_at: string;
                        }[];
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        body: string;
                        is_private?: boolean;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            body: string;
                            is_private: boolean;
                            /** Format: date-time */
                            created_at: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/applications/{id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "saved" | "applied" | "screening" | "interview" | "offer" | "accepted" | "rejected" | "withdrawn";
                        note?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            job_id: number;
                            job_title: string;
                            company_name: string;
                            /** @enum {string} */
                            status: "saved" | "applied" | "screening" | "interview" | "offer" | "accepted" | "rejected" | "withdrawn";
                            cover_letter: string | null;
                            /** Format: date-time */
                            applied_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            updated_at: string;
                        };
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/applications/{id}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            from_status: string | null;
                            to_status: string;
                            note: string | null;
                            /** Format: date-time */
                            created_at: string;
                        }[];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/email-verification": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Whether the address of the account is known to be its owner’s: what an application asks them to do something about. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            email: string;
                            email_verified: boolean;
                        };
                    };
                };
            };
        };
        put?: never;
        /** @description Sends a link to the address of the account, if it is not verified yet. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            message: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/email-verification/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description Of the link in the mail. */
                        token: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        email: string;
                        password: string;
                        code?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            access_token: string;
                            refresh_token: string;
                            token_type: string;
                            expires_in: number;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        refresh_token: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            message: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            email: string;
                            is_active: boolean;
                            role: string;
                            /** Format: date-time */
                            created_at: string;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete: operations["deleteAccount"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/password-reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Sends a link to the address if it has an account. The answer is the same if not, or if it was sent several. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** Format: email */
                        email: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            message: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/password-reset/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Sets a new password, ends all sessions and tells the owner. The link is good once. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description Of the link in the mail. */
                        token: string;
                        new_password: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        refresh_token: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            access_token: string;
                            refresh_token: string;
                            token_type: string;
                            expires_in: number;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** Format: email */
                        email: string;
                        password: string;
                        full_name: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            user: {
                                id: number;
                                email: string;
                                full_name: string;
                                is_active: boolean;
                                role: string;
                                /** Format: date-time */
                                created_at: string;
                            };
                            access_token: string;
                            refresh_token: string;
                            token_type: string;
                            expires_in: number;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/second-factor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            enabled: boolean;
                            /** @description Each is good once. */
                            recovery_codes_left: number;
                        };
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            secret: string;
                            uri: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/second-factor/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description Of the app, or one for recovery. */
                        code: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            recovery_codes: string[];
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/second-factor/remove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description Of the app, or one for recovery. */
                        code: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            sessions: {
                                /** Format: uuid */
                                id: string;
                                /** Format: date-time */
                                started_at: string;
                                /** Format: date-time */
                                last_used_at: string;
                                /** Format: date-time */
                                expires_at: string;
                                /** @description Of the access token that asks. Tokens of the legacy system do not say. */
                                current: boolean;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** @description Ends all sessions but the one that asks; with a token of the legacy system, all. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/companies/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            name: string;
                            industry: string | null;
                            website: string | null;
                            location: string | null;
                            size: string | null;
                            open_jobs: number;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/calendars": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            calendars: {
                                id: number;
                                connection_id: number;
                                calendar_id: string;
                                /** Format: date-time */
                                synced_at: string | null;
                                /** @description Why the last look at it failed. */
                                error: string | null;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        connection_id: number;
                        /** @description The provider's. Default: `primary`, or the first one of a calendar server. */
                        calendar_id?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            connection_id: number;
                            calendar_id: string;
                            /** Format: date-time */
                            synced_at: string | null;
                            /** @description Why the last look at it failed. */
                            error: string | null;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/calendars/busy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query: {
                    from: string;
                    to: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            busy: {
                                title: string;
                                /** Format: date-time */
                                starts_at: string;
                                /** Format: date-time */
                                ends_at: string;
                                calendar: number;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/calendars/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/connections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            connections: {
                                id: number;
                                provider: string;
                                /** @description Whose account it is there: an address, else an id. Empty: not told. */
                                account: string;
                                /** @description What was granted. */
                                scopes: string[];
                                /**
                                 * @description `lost`: the provider does not take our tokens any more. Connect again.
                                 * @enum {string}
                                 */
                                state: "connected" | "lost";
                                /** Format: date-time */
                                created_at: string;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        provider: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Where the person says yes or no, within ten minutes. */
                            authorization_url: string;
                            /** Format: date-time */
                            expires_at: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/connections/caldav": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description Of the server, https only: the rest is found by asking it, e.g. `https://caldav.fastmail.com`. */
                        url: string;
                        username: string;
                        /** @description Better one that the server has made for this program alone. It is kept encrypted, and shown to nobody. */
                        password: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            provider: string;
                            /** @description Whose account it is there: an address, else an id. Empty: not told. */
                            account: string;
                            /** @description What was granted. */
                            scopes: string[];
                            /**
                             * @description `lost`: the provider does not take our tokens any more. Connect again.
                             * @enum {string}
                             */
                            state: "connected" | "lost";
                            /** Format: date-time */
                            created_at: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/connections/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description The query by which the provider has sent the person back: `code=...&state=...`. */
                        query: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            provider: string;
                            /** @description Whose account it is there: an address, else an id. Empty: not told. */
                            account: string;
                            /** @description What was granted. */
                            scopes: string[];
                            /**
                             * @description `lost`: the provider does not take our tokens any more. Connect again.
                             * @enum {string}
                             */
                            state: "connected" | "lost";
                            /** Format: date-time */
                            created_at: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/connections/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/connections/{id}/calendars": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            calendars: {
                                calendar_id: string;
                                name: string;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/connections/{id}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/interviews": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query: {
                    from: string;
                    to: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            interviews: {
                                id: number;
                                application_id: number;
                                title: string;
                                location: string;
                                /** Format: date-time */
                                starts_at: string;
                                /** Format: date-time */
                                ends_at: string;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        application_id: number;
                        title: string;
                        location?: string;
                        /** Format: date-time */
                        starts_at: string;
                        /** Format: date-time */
                        ends_at: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            application_id: number;
                            title: string;
                            location: string;
                            /** Format: date-time */
                            starts_at: string;
                            /** Format: date-time */
                            ends_at: string;
                            /** @description What else is then, in the calendars, 20 at most. */
                            conflicts: {
                                title: string;
                                /** Format: date-time */
                                starts_at: string;
                                /** Format: date-time */
                                ends_at: string;
                                calendar: number;
                            }[];
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/interviews/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        application_id?: number;
                        title?: string;
                        location?: string;
                        /** Format: date-time */
                        starts_at?: string;
                        /** Format: date-time */
                        ends_at?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            application_id: number;
                            title: string;
                            location: string;
                            /** Format: date-time */
                            starts_at: string;
                            /** Format: date-time */
                            ends_at: string;
                            /** @description What else is then, in the calendars, 20 at most. */
                            conflicts: {
                                title: string;
                                /** Format: date-time */
                                starts_at: string;
                                /** Format: date-time */
                                ends_at: string;
                                calendar: number;
                            }[];
                        };
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/integrations/mail/address": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description It is hard to guess, so show it to nobody else. */
                            address: string;
                            /** @description Addresses of theirs from which they forward. */
                            senders: string[];
                            /** @description Mails about which there is no doubt move applications by themselves, after a while in which that can be stopped. */
                            moves: boolean;
                            /** Format: date-time */
                            created_at: string;
                        };
                    };
                };
            };
        };
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        senders: string[];
                        /** @description Whether mails may move applications by themselves; left out: as before, and `false` at first. It takes a connection by which we may act. */
                        moves?: boolean;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description It is hard to guess, so show it to nobody else. */
                            address: string;
                            /** @description Addresses of theirs from which they forward. */
                            senders: string[];
                            /** @description Mails about which there is no doubt move applications by themselves, after a while in which that can be stopped. */
                            moves: boolean;
                            /** Format: date-time */
                            created_at: string;
                        };
                    };
                };
            };
        };
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/mail/address/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description It is hard to guess, so show it to nobody else. */
                            address: string;
                            /** @description Addresses of theirs from which they forward. */
                            senders: string[];
                            /** @description Mails about which there is no doubt move applications by themselves, after a while in which that can be stopped. */
                            moves: boolean;
                            /** Format: date-time */
                            created_at: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/mail/proposals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    cursor?: string;
                    state?: "open" | "confirmed" | "dismissed";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: {
                                id: number;
                                /** @enum {string} */
                                state: "open" | "confirmed" | "dismissed";
                                /** @enum {string} */
                                kind: "received" | "interview" | "offer" | "rejection";
                                /** @description Of the application. */
                                proposed_status: string;
                                /** @description That of the mail which decided it. */
                                sentence: string;
                                subject: string;
                                sender: string;
                                /** Format: date-time */
                                received_at: string;
                                /** @description That it was confirmed for. */
                                application_id: number | null;
                                /**
                                 * Format: date-time
                                 * @description When it moves the application by itself, unless it is dismissed or confirmed before.
                                 */
                                moves_at: string | null;
                                /** @description It was confirmed by nobody: the mail has moved the application. */
                                moved_by_mail: boolean;
                            }[];
                            next_cursor: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/mail/proposals/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            /** @enum {string} */
                            state: "open" | "confirmed" | "dismissed";
                            /** @enum {string} */
                            kind: "received" | "interview" | "offer" | "rejection";
                            /** @description Of the application. */
                            proposed_status: string;
                            /** @description That of the mail which decided it. */
                            sentence: string;
                            subject: string;
                            sender: string;
                            /** Format: date-time */
                            received_at: string;
                            /** @description That it was confirmed for. */
                            application_id: number | null;
                            /**
                             * Format: date-time
                             * @description When it moves the application by itself, unless it is dismissed or confirmed before.
                             */
                            moves_at: string | null;
                            /** @description It was confirmed by nobody: the mail has moved the application. */
                            moved_by_mail: boolean;
                            /** @description The likeliest first. */
                            candidates: {
                                application_id: number;
                                company_name: string;
                                job_title: string;
                                /** @description What speaks for it, in points. */
                                score: number;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/mail/proposals/{id}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        application_id: number;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            /** @enum {string} */
                            state: "open" | "confirmed" | "dismissed";
                            /** @enum {string} */
                            kind: "received" | "interview" | "offer" | "rejection";
                            /** @description Of the application. */
                            proposed_status: string;
                            /** @description That of the mail which decided it. */
                            sentence: string;
                            subject: string;
                            sender: string;
                            /** Format: date-time */
                            received_at: string;
                            /** @description That it was confirmed for. */
                            application_id: number | null;
                            /**
                             * Format: date-time
                             * @description When it moves the application by itself, unless it is dismissed or confirmed before.
                             */
                            moves_at: string | null;
                            /** @description It was confirmed by nobody: the mail has moved the application. */
                            moved_by_mail: boolean;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/mail/proposals/{id}/dismiss": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            /** @enum {string} */
                            state: "open" | "confirmed" | "dismissed";
                            /** @enum {string} */
                            kind: "received" | "interview" | "offer" | "rejection";
                            /** @description Of the application. */
                            proposed_status: string;
                            /** @description That of the mail which decided it. */
                            sentence: string;
                            subject: string;
                            sender: string;
                            /** Format: date-time */
                            received_at: string;
                            /** @description That it was confirmed for. */
                            application_id: number | null;
                            /**
                             * Format: date-time
                             * @description When it moves the application by itself, unless it is dismissed or confirmed before.
                             */
                            moves_at: string | null;
                            /** @description It was confirmed by nobody: the mail has moved the application. */
                            moved_by_mail: boolean;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/mail/receive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        envelope_from: string;
                        envelope_to: string;
                        /** @description What the mail server found of the envelope: `pass`, `fail` ... */
                        spf: string;
                        /** @description Domains whose signature (DKIM) of this mail the mail server has found to be good. */
                        dkim?: string[];
                        /** @description The mail as it came (RFC 822), in base64. */
                        raw: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            outcome: string;
                            reason?: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            providers: {
                                name: string;
                                /** @description What is asked for. */
                                scopes: string[];
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/receive/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    token: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "*/*": unknown;
                };
            };
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description It was received before, and has had its effect. */
                            duplicate: boolean;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description The file is the body: PDF, Word (.docx), JSON Resume, the export of LinkedIn (ZIP) or plain text, whatever its type says it is. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "*/*": unknown;
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @enum {string} */
                            kind: "pdf" | "docx" | "json" | "linkedin" | "text";
                            resume: {
                                basics?: {
                                    name?: string;
                                    label?: string;
                                    email?: string;
                                    phone?: string;
                                    url?: string;
                                    summary?: string;
                                    location?: {
                                        address?: string;
                                        postalCode?: string;
                                        city?: string;
                                        countryCode?: string;
                                        region?: string;
                                    };
                                };
                                work?: {
                                    name?: string;
                                    position?: string;
                                    location?: string;
                                    url?: string;
                                    /** @description A day, a month or a year: 2023-04-01, 2023-04, 2023. */
                                    startDate?: string;
                                    /** @description A day, a month or a year: 2023-04-01, 2023-04, 2023. */
                                    endDate?: string;
                                    summary?: string;
                                    highlights?: string[];
                                }[];
                                education?: {
                                    institution?: string;
                                    area?: string;
                                    studyType?: string;
                                    /** @description A day, a month or a year: 2023-04-01, 2023-04, 2023. */
                                    startDate?: string;
                                    /** @description A day, a month or a year: 2023-04-01, 2023-04, 2023. */
                                    endDate?: string;
                                }[];
                                skills?: {
                                    name?: string;
                                    level?: string;
                                    keywords?: string[];
                                }[];
                                languages?: {
                                    language?: string;
                                    fluency?: string;
                                }[];
                            };
                            /** @description How sure that is, 0 to 1, by path: `work[0].position`. */
                            confidence: {
                                [key: string]: number;
                            };
                            profile: {
                                full_name?: string;
                                phone?: string | null;
                                location?: string | null;
                                headline?: string | null;
                                skills?: string[];
                                preferences?: {
                                    [key: string]: unknown;
                                };
                            };
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/sources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: {
                                id: number;
                                name: string;
                                /** @enum {string} */
                                scheme: "standard" | "hmac";
                                settings: {
                                    signature_header: string;
                                    /** @description Of the header, e.g. `sha256=`. */
                                    prefix?: string;
                                    /** @enum {string} */
                                    encoding: "hex" | "base64";
                                    /** @enum {string} */
                                    algorithm: "sha256" | "sha512";
                                    /** @description What is signed, of {id}, {timestamp} and {body}: `{body}`, `v0:{timestamp}:{body}`. */
                                    signed: string;
                                    id_header?: string;
                                    timestamp_header?: string;
                                } | null;
                                /** @description Where it sends to. It is hard to guess, so show it to nobody else. */
                                path: string;
                                /** Format: date-time */
                                created_at: string;
                            }[];
                            next_cursor: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        name: string;
                        /** @enum {string} */
                        scheme: "standard" | "hmac";
                        settings?: {
                            signature_header: string;
                            /** @description Of the header, e.g. `sha256=`. */
                            prefix?: string;
                            /** @enum {string} */
                            encoding: "hex" | "base64";
                            /** @enum {string} */
                            algorithm: "sha256" | "sha512";
                            /** @description What is signed, of {id}, {timestamp} and {body}: `{body}`, `v0:{timestamp}:{body}`. */
                            signed: string;
                            id_header?: string;
                            timestamp_header?: string;
                        };
                        /** @description Of the sender. Default: one is made. */
                        secret?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            name: string;
                            /** @enum {string} */
                            scheme: "standard" | "hmac";
                            settings: {
                                signature_header: string;
                                /** @description Of the header, e.g. `sha256=`. */
                                prefix?: string;
                                /** @enum {string} */
                                encoding: "hex" | "base64";
                                /** @enum {string} */
                                algorithm: "sha256" | "sha512";
                                /** @description What is signed, of {id}, {timestamp} and {body}: `{body}`, `v0:{timestamp}:{body}`. */
                                signed: string;
                                id_header?: string;
                                timestamp_header?: string;
                            } | null;
                            /** @description Where it sends to. It is hard to guess, so show it to nobody else. */
                            path: string;
                            /** Format: date-time */
                            created_at: string;
                            secret: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/sources/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/sources/{id}/receipts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    cursor?: string;
                };
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: {
                                id: number;
                                message_id: string | null;
                                content_type: string;
                                bytes: number;
                                /** Format: date-time */
                                received_at: string;
                            }[];
                            next_cursor: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/sources/{id}/receipts/{receipt}/body": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                    receipt: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As they came. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/octet-stream": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: {
                                id: number;
                                url: string;
                                description: string;
                                event_types: string[];
                                /** @enum {string|null} */
                                disabled: "by_owner" | "failing" | "gone" | null;
                                /** Format: date-time */
                                failing_since: string | null;
                                /** Format: date-time */
                                created_at: string;
                                version: number;
                            }[];
                            next_cursor: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description https only. */
                        url: string;
                        event_types: ("application.created" | "application.status_changed" | "application.action_due" | "job.matched" | "saved_search.matched")[];
                        description?: string;
                        /** @description Default true. */
                        enabled?: boolean;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            url: string;
                            description: string;
                            event_types: string[];
                            /** @enum {string|null} */
                            disabled: "by_owner" | "failing" | "gone" | null;
                            /** Format: date-time */
                            failing_since: string | null;
                            /** Format: date-time */
                            created_at: string;
                            version: number;
                            /** @description `whsec_` and base64, as Standard Webhooks has it. */
                            secret: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/webhooks/types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            types: string[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            url: string;
                            description: string;
                            event_types: string[];
                            /** @enum {string|null} */
                            disabled: "by_owner" | "failing" | "gone" | null;
                            /** Format: date-time */
                            failing_since: string | null;
                            /** Format: date-time */
                            created_at: string;
                            version: number;
                        };
                    };
                };
                /** @description Default Response */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description https only. */
                        url?: string;
                        event_types?: ("application.created" | "application.status_changed" | "application.action_due" | "job.matched" | "saved_search.matched")[];
                        description?: string;
                        /** @description Default true. */
                        enabled?: boolean;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            url: string;
                            description: string;
                            event_types: string[];
                            /** @enum {string|null} */
                            disabled: "by_owner" | "failing" | "gone" | null;
                            /** Format: date-time */
                            failing_since: string | null;
                            /** Format: date-time */
                            created_at: string;
                            version: number;
                        };
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/integrations/webhooks/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    cursor?: string;
                    state?: "pending" | "delivered" | "dead";
                };
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: {
                                id: number;
                                /** @description The `webhook-id` of each of its attempts. */
                                message_id: string;
                                type: string;
                                /** @enum {string} */
                                state: "pending" | "delivered" | "dead";
                                /** @description Since it was asked for last. */
                                attempts: number;
                                /** Format: date-time */
                                due_at: string | null;
                                /** Format: date-time */
                                created_at: string;
                            }[];
                            next_cursor: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/webhooks/{id}/deliveries/{delivery}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                    delivery: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            /** @description The `webhook-id` of each of its attempts. */
                            message_id: string;
                            type: string;
                            /** @enum {string} */
                            state: "pending" | "delivered" | "dead";
                            /** @description Since it was asked for last. */
                            attempts: number;
                            /** Format: date-time */
                            due_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** @description As it is sent. */
                            body: string;
                            /** @description The latest first, 50 at most. */
                            recent_attempts: {
                                /** Format: date-time */
                                at: string;
                                /** @description Of the answer. */
                                status: number | null;
                                /** @description Why there was no answer. */
                                error: string | null;
                                duration_ms: number;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/webhooks/{id}/deliveries/{delivery}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                    delivery: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            replayed: number;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/webhooks/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /**
                         * Format: date-time
                         * @description Of what was told from then on.
                         */
                        from: string;
                        /**
                         * Format: date-time
                         * @description Default: now.
                         */
                        to?: string;
                        /** @description What was delivered as well. Default false. */
                        all?: boolean;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            replayed: number;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/webhooks/{id}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @default 24 */
                        overlap_hours?: number;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description `whsec_` and base64, as Standard Webhooks has it. */
                            secret: string;
                            /** Format: date-time */
                            previous_until: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/webhooks/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            message_id: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    q?: string;
                    location?: string;
                    job_type?: string;
                    remote?: boolean;
                    company_id?: number;
                    min_salary?: number;
                    page?: number;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            jobs: {
                                id: number;
                                company: {
                                    id: number;
                                    name: string;
                                    industry: string | null;
                                };
                                title: string;
                                location: string | null;
                                job_type: string;
                                remote: boolean;
                                salary_min: number | null;
                                salary_max: number | null;
                                requirements: string[];
                                /** Format: date-time */
                                posted_at: string;
                            }[];
                            total_count: number;
                            page: number;
                            limit: number;
                            total_pages: number;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/match-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Tell me when a job is posted that fits. */
                            notify: boolean;
                            /** @description From so many points on. */
                            threshold: number;
                            titles: string[];
                            places: string[];
                            /**
                             * @description Of remote work; null: not said.
                             * @enum {string|null}
                             */
                            remote: "only" | "welcome" | "no" | null;
                            /** @description In dollars a year. */
                            least_salary: number | null;
                        };
                    };
                };
            };
        };
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description Tell me when a job is posted that fits. */
                        notify?: boolean;
                        /** @description From so many points on. */
                        threshold?: number;
                        titles?: string[];
                        places?: string[];
                        /**
                         * @description Of remote work; null: not said.
                         * @enum {string|null}
                         */
                        remote?: "only" | "welcome" | "no" | null;
                        /** @description In dollars a year. */
                        least_salary?: number | null;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Tell me when a job is posted that fits. */
                            notify: boolean;
                            /** @description From so many points on. */
                            threshold: number;
                            titles: string[];
                            places: string[];
                            /**
                             * @description Of remote work; null: not said.
                             * @enum {string|null}
                             */
                            remote: "only" | "welcome" | "no" | null;
                            /** @description In dollars a year. */
                            least_salary: number | null;
                        };
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/match-weights": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            fixed: {
                                [key: string]: number;
                            };
                            /** @description The latest first; it alone may be used. */
                            learned: {
                                /** @description Whether matches are ranked by these. */
                                used: boolean;
                                /** Format: date-time */
                                learned_at: string;
                                weights: {
                                    [key: string]: number;
                                };
                                measured: {
                                    [key: string]: unknown;
                                };
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        /** @description Learns now from what people made of their matches. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            fixed: {
                                [key: string]: number;
                            };
                            /** @description The latest first; it alone may be used. */
                            learned: {
                                /** @description Whether matches are ranked by these. */
                                used: boolean;
                                /** Format: date-time */
                                learned_at: string;
                                weights: {
                                    [key: string]: number;
                                };
                                measured: {
                                    [key: string]: unknown;
                                };
                            }[];
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/matches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    /** @description true: remote ones only. */
                    remote?: boolean;
                    least_score?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            matches: {
                                job: {
                                    id: number;
                                    company: {
                                        id: number;
                                        name: string;
                                        industry: string | null;
                                    };
                                    title: string;
                                    location: string | null;
                                    job_type: string;
                                    remote: boolean;
                                    salary_min: number | null;
                                    salary_max: number | null;
                                    requirements: string[];
                                    /** Format: date-time */
                                    posted_at: string;
                                };
                                score: number;
                                points: {
                                    /** @description skills, title, seniority, place, salary or freshness. */
                                    part: string;
                                    points: number;
                                    /** @description As many as there can be. */
                                    of: number;
                                    /** @description In English: `4 of 6 skills: SQL, ...; missing: ...`. */
                                    because: string;
                                    reason: {
                                        /**
                                         * @description `_unstated`: the posting does not say it; `_unknown`: its reader has not said it.
                                         * @enum {string}
                                         */
                                        is: "skills" | "skills_unstated" | "skills_unknown" | "title_shared" | "title_other" | "title_unknown" | "level_same" | "level_other" | "level_unstated" | "level_unknown" | "remote" | "remote_unwanted" | "not_remote" | "place_wanted" | "place_other" | "place_unstated" | "place_unknown" | "salary_enough" | "salary_less" | "salary_unstated" | "salary_unknown" | "posted";
                                        have?: string[];
                                        missing?: string[];
                                        words?: string[];
                                        /** @enum {string} */
                                        asked?: "trainee" | "junior" | "mid-level" | "senior" | "lead" | "head";
                                        /** @enum {string} */
                                        yours?: "trainee" | "junior" | "mid-level" | "senior" | "lead" | "head";
                                        /** @description In dollars a year. */
                                        offered?: number;
                                        /** @description In dollars a year, at least. */
                                        wanted?: number;
                                        /** @description Since it was posted. */
                                        days?: number;
                                    };
                                }[];
                                /** @description accepted, if they said so or applied. */
                                outcome: string | null;
                            }[];
                            /** @description Open jobs that were looked at. */
                            considered: number;
                            /** @enum {string} */
                            weights: "fixed" | "learned";
                            known: {
                                skills: string[];
                                titles: string[];
                                places: string[];
                                seniority: string | null;
                                /**
                                 * @description Of remote work; null: not said.
                                 * @enum {string|null}
                                 */
                                remote: "only" | "welcome" | "no" | null;
                                /** @description In dollars a year. */
                                least_salary: number | null;
                            };
                        };
                    };
                };
            };
        };
        put?: never;
        /** @description For what the request says; nothing of it is kept. */
        post: {
            parameters: {
                query?: {
                    limit?: number;
                    /** @description true: remote ones only. */
                    remote?: boolean;
                    least_score?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        profile?: {
                            skills?: string[];
                            titles?: string[];
                            places?: string[];
                            /**
                             * @description Of remote work; null: not said.
                             * @enum {string|null}
                             */
                            remote?: "only" | "welcome" | "no" | null;
                            /** @description In dollars a year. */
                            least_salary?: number | null;
                        };
                        resume?: {
                            basics?: {
                                label?: string;
                                summary?: string;
                                location?: {
                                    city?: string;
                                };
                            };
                            work?: {
                                position?: string;
                                summary?: string;
                                highlights?: string[];
                            }[];
                            skills?: {
                                name?: string;
                                keywords?: string[];
                            }[];
                        };
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            matches: {
                                job: {
                                    id: number;
                                    company: {
                                        id: number;
                                        name: string;
                                        industry: string | null;
                                    };
                                    title: string;
                                    location: string | null;
                                    job_type: string;
                                    remote: boolean;
                                    salary_min: number | null;
                                    salary_max: number | null;
                                    requirements: string[];
                                    /** Format: date-time */
                                    posted_at: string;
                                };
                                score: number;
                                points: {
                                    /** @description skills, title, seniority, place, salary or freshness. */
                                    part: string;
                                    points: number;
                                    /** @description As many as there can be. */
                                    of: number;
                                    /** @description In English: `4 of 6 skills: SQL, ...; missing: ...`. */
                                    because: string;
                                    reason: {
                                        /**
                                         * @description `_unstated`: the posting does not say it; `_unknown`: its reader has not said it.
                                         * @enum {string}
                                         */
                                        is: "skills" | "skills_unstated" | "skills_unknown" | "title_shared" | "title_other" | "title_unknown" | "level_same" | "level_other" | "level_unstated" | "level_unknown" | "remote" | "remote_unwanted" | "not_remote" | "place_wanted" | "place_other" | "place_unstated" | "place_unknown" | "salary_enough" | "salary_less" | "salary_unstated" | "salary_unknown" | "posted";
                                        have?: string[];
                                        missing?: string[];
                                        words?: string[];
                                        /** @enum {string} */
                                        asked?: "trainee" | "junior" | "mid-level" | "senior" | "lead" | "head";
                                        /** @enum {string} */
                                        yours?: "trainee" | "junior" | "mid-level" | "senior" | "lead" | "head";
                                        /** @description In dollars a year. */
                                        offered?: number;
                                        /** @description In dollars a year, at least. */
                                        wanted?: number;
                                        /** @description Since it was posted. */
                                        days?: number;
                                    };
                                }[];
                                /** @description accepted, if they said so or applied. */
                                outcome: string | null;
                            }[];
                            /** @description Open jobs that were looked at. */
                            considered: number;
                            /** @enum {string} */
                            weights: "fixed" | "learned";
                            known: {
                                skills: string[];
                                titles: string[];
                                places: string[];
                                seniority: string | null;
                                /**
                                 * @description Of remote work; null: not said.
                                 * @enum {string|null}
                                 */
                                remote: "only" | "welcome" | "no" | null;
                                /** @description In dollars a year. */
                                least_salary: number | null;
                            };
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/matches/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description How well one open job fits, among the best or not. It does not count as shown. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            score: number;
                            points: {
                                /** @description skills, title, seniority, place, salary or freshness. */
                                part: string;
                                points: number;
                                /** @description As many as there can be. */
                                of: number;
                                /** @description In English: `4 of 6 skills: SQL, ...; missing: ...`. */
                                because: string;
                                reason: {
                                    /**
                                     * @description `_unstated`: the posting does not say it; `_unknown`: its reader has not said it.
                                     * @enum {string}
                                     */
                                    is: "skills" | "skills_unstated" | "skills_unknown" | "title_shared" | "title_other" | "title_unknown" | "level_same" | "level_other" | "level_unstated" | "level_unknown" | "remote" | "remote_unwanted" | "not_remote" | "place_wanted" | "place_other" | "place_unstated" | "place_unknown" | "salary_enough" | "salary_less" | "salary_unstated" | "salary_unknown" | "posted";
                                    have?: string[];
                                    missing?: string[];
                                    words?: string[];
                                    /** @enum {string} */
                                    asked?: "trainee" | "junior" | "mid-level" | "senior" | "lead" | "head";
                                    /** @enum {string} */
                                    yours?: "trainee" | "junior" | "mid-level" | "senior" | "lead" | "head";
                                    /** @description In dollars a year. */
                                    offered?: number;
                                    /** @description In dollars a year, at least. */
                                    wanted?: number;
                                    /** @description Since it was posted. */
                                    days?: number;
                                };
                            }[];
                        };
                    };
                };
            };
        };
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /**
                         * @description rejected: not shown as a match any more.
                         * @enum {string}
                         */
                        outcome: "accepted" | "rejected";
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /**
                             * @description rejected: not shown as a match any more.
                             * @enum {string}
                             */
                            outcome: "accepted" | "rejected";
                        };
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/places": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query: {
                    /** @description How the name begins; a country or region may stand behind it. */
                    q: string;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Those with most people first. */
                            places: {
                                /** @description What a search takes as `near`. */
                                near: string;
                                name: string;
                                /** @description Of those countries whose places are told apart by it: `MO`. */
                                region: string | null;
                                /** @description By ISO 3166. */
                                country: string;
                                latitude: number;
                                longitude: number;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/saved-searches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            searches: {
                                id: number;
                                name: string;
                                criteria: {
                                    q?: string;
                                    location?: string;
                                    job_type?: string;
                                    remote?: boolean;
                                    company_id?: number;
                                    min_salary?: number;
                                    /** @description A place by its name (`Springfield, MO`), or its latitude and longitude in degrees (`52.52,13.405`). Found are jobs with a place around it. */
                                    near?: string;
                                    /** @description How far from there, in kilometres along the great circle; 50 if it is not said. */
                                    within?: number;
                                    /** @description Remote jobs are found as well, wherever they are. */
                                    or_remote?: boolean;
                                    /**
                                     * @description As the title names it, or else the years of experience that the description asks for; `unstated`: jobs that say neither.
                                     * @enum {string}
                                     */
                                    seniority?: "trainee" | "junior" | "mid-level" | "senior" | "lead" | "head" | "unstated";
                                };
                                /** @enum {string} */
                                frequency: "instant" | "daily" | "weekly";
                                active: boolean;
                                /** @description Jobs that it has found so far. */
                                found: number;
                                /** Format: date-time */
                                told_at: string | null;
                                /** Format: date-time */
                                created_at: string;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        name: string;
                        criteria: {
                            q?: string;
                            location?: string;
                            job_type?: string;
                            remote?: boolean;
                            company_id?: number;
                            min_salary?: number;
                            /** @description A place by its name (`Springfield, MO`), or its latitude and longitude in degrees (`52.52,13.405`). Found are jobs with a place around it. */
                            near?: string;
                            /** @description How far from there, in kilometres along the great circle; 50 if it is not said. */
                            within?: number;
                            /** @description Remote jobs are found as well, wherever they are. */
                            or_remote?: boolean;
                            /**
                             * @description As the title names it, or else the years of experience that the description asks for; `unstated`: jobs that say neither.
                             * @enum {string}
                             */
                            seniority?: "trainee" | "junior" | "mid-level" | "senior" | "lead" | "head" | "unstated";
                        };
                        /** @enum {string} */
                        frequency?: "instant" | "daily" | "weekly";
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            name: string;
                            criteria: {
                                q?: string;
                                location?: string;
                                job_type?: string;
                                remote?: boolean;
                                company_id?: number;
                                min_salary?: number;
                                /** @description A place by its name (`Springfield, MO`), or its latitude and longitude in degrees (`52.52,13.405`). Found are jobs with a place around it. */
                                near?: string;
                                /** @description How far from there, in kilometres along the great circle; 50 if it is not said. */
                                within?: number;
                                /** @description Remote jobs are found as well, wherever they are. */
                                or_remote?: boolean;
                                /**
                                 * @description As the title names it, or else the years of experience that the description asks for; `unstated`: jobs that say neither.
                                 * @enum {string}
                                 */
                                seniority?: "trainee" | "junior" | "mid-level" | "senior" | "lead" | "head" | "unstated";
                            };
                            /** @enum {string} */
                            frequency: "instant" | "daily" | "weekly";
                            active: boolean;
                            /** @description Jobs that it has found so far. */
                            found: number;
                            /** Format: date-time */
                            told_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/saved-searches/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            name: string;
                            criteria: {
                                q?: string;
                                location?: string;
                                job_type?: string;
                                remote?: boolean;
                                company_id?: number;
                                min_salary?: number;
                                /** @description A place by its name (`Springfield, MO`), or its latitude and longitude in degrees (`52.52,13.405`). Found are jobs with a place around it. */
                                near?: string;
                                /** @description How far from there, in kilometres along the great circle; 50 if it is not said. */
                                within?: number;
                                /** @description Remote jobs are found as well, wherever they are. */
                                or_remote?: boolean;
                                /**
                                 * @description As the title names it, or else the years of experience that the description asks for; `unstated`: jobs that say neither.
                                 * @enum {string}
                                 */
                                seniority?: "trainee" | "junior" | "mid-level" | "senior" | "lead" | "head" | "unstated";
                            };
                            /** @enum {string} */
                            frequency: "instant" | "daily" | "weekly";
                            active: boolean;
                            /** @description Jobs that it has found so far. */
                            found: number;
                            /** Format: date-time */
                            told_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                        };
                    };
                };
            };
        };
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        name?: string;
                        criteria?: {
                            q?: string;
                            location?: string;
                            job_type?: string;
                            remote?: boolean;
                            company_id?: number;
                            min_salary?: number;
                            /** @description A place by its name (`Springfield, MO`), or its latitude and longitude in degrees (`52.52,13.405`). Found are jobs with a place around it. */
                            near?: string;
                            /** @description How far from there, in kilometres along the great circle; 50 if it is not said. */
                            within?: number;
                            /** @description Remote jobs are found as well, wherever they are. */
                            or_remote?: boolean;
                            /**
                             * @description As the title names it, or else the years of experience that the description asks for; `unstated`: jobs that say neither.
                             * @enum {string}
                             */
                            seniority?: "trainee" | "junior" | "mid-level" | "senior" | "lead" | "head" | "unstated";
                        };
                        /** @enum {string} */
                        frequency?: "instant" | "daily" | "weekly";
                        /** @description false: it rests, and finds nothing. */
                        active?: boolean;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            name: string;
                            criteria: {
                                q?: string;
                                location?: string;
                                job_type?: string;
                                remote?: boolean;
                                company_id?: number;
                                min_salary?: number;
                                /** @description A place by its name (`Springfield, MO`), or its latitude and longitude in degrees (`52.52,13.405`). Found are jobs with a place around it. */
                                near?: string;
                                /** @description How far from there, in kilometres along the great circle; 50 if it is not said. */
                                within?: number;
                                /** @description Remote jobs are found as well, wherever they are. */
                                or_remote?: boolean;
                                /**
                                 * @description As the title names it, or else the years of experience that the description asks for; `unstated`: jobs that say neither.
                                 * @enum {string}
                                 */
                                seniority?: "trainee" | "junior" | "mid-level" | "senior" | "lead" | "head" | "unstated";
                            };
                            /** @enum {string} */
                            frequency: "instant" | "daily" | "weekly";
                            active: boolean;
                            /** @description Jobs that it has found so far. */
                            found: number;
                            /** Format: date-time */
                            told_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                        };
                    };
                };
            };
        };
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/saved-searches/{id}/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    limit?: number;
                };
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            jobs: {
                                /** Format: date-time */
                                found_at: string;
                                is_active: boolean;
                                job: {
                                    id: number;
                                    company: {
                                        id: number;
                                        name: string;
                                        industry: string | null;
                                    };
                                    title: string;
                                    location: string | null;
                                    job_type: string;
                                    remote: boolean;
                                    salary_min: number | null;
                                    salary_max: number | null;
                                    requirements: string[];
                                    /** Format: date-time */
                                    posted_at: string;
                                };
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Needed without `near`, `seniority` and `sort`. */
                    q?: string;
                    location?: string;
                    job_type?: string;
                    remote?: boolean;
                    company_id?: number;
                    min_salary?: number;
                    page?: number;
                    limit?: number;
                    /** @description A place by its name (`Springfield, MO`), or its latitude and longitude in degrees (`52.52,13.405`). Found are jobs with a place around it. */
                    near?: string;
                    /** @description How far from there, in kilometres along the great circle; 50 if it is not said. */
                    within?: number;
                    /** @description Remote jobs are found as well, wherever they are. */
                    or_remote?: boolean;
                    /** @description As the title names it, or else the years of experience that the description asks for; `unstated`: jobs that say neither. */
                    seniority?: "trainee" | "junior" | "mid-level" | "senior" | "lead" | "head" | "unstated";
                    /** @description relevance: as they fit the words, and without words the newest first. salary: the highest that is offered first, those that say none last. distance: needs `near`. */
                    sort?: "relevance" | "newest" | "salary" | "distance";
                    /** @description The `next_cursor` of the page before; `page` does not count then. Jobs that came since do not shift what follows. */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            jobs: {
                                id: number;
                                company: {
                                    id: number;
                                    name: string;
                                    industry: string | null;
                                };
                                title: string;
                                location: string | null;
                                job_type: string;
                                remote: boolean;
                                salary_min: number | null;
                                salary_max: number | null;
                                requirements: string[];
                                /** Format: date-time */
                                posted_at: string;
                                highlights: {
                                    /** @description HTML: the words that were found are in <mark>. */
                                    title: string;
                                    /** @description HTML: the passages around the words that were found. */
                                    description: string;
                                };
                                /** @description With `near`: to the nearest of its places; null: none of them is known. */
                                distance_km?: number | null;
                            }[];
                            total_count: number;
                            page: number;
                            limit: number;
                            /** @description That can be asked for: of many jobs the best five hundred. */
                            total_pages: number;
                            /**
                             * @description estimated: of many jobs `total_count` and `facets` are reckoned from a sample of one in sixteen.
                             * @enum {string}
                             */
                            counts: "exact" | "estimated";
                            /** @description For the next page; null after the last one. */
                            next_cursor: string | null;
                            /** @description With `near`: the place that it was taken for. */
                            near?: {
                                /** @description Null: it was asked for by its coordinates. */
                                name: string | null;
                                /** @description By ISO 3166. */
                                country: string | null;
                                latitude: number;
                                longitude: number;
                                within: number;
                                /** @description Jobs that fit but for their distance, which is not known: they name no place, or none that is known. Of many, reckoned from a sample. */
                                left_out: number;
                            };
                            /**
                             * @description similar: no job has these words, and what is shown has words that are written like them.
                             * @enum {string}
                             */
                            matched: "words" | "similar";
                            facets: {
                                job_type: {
                                    value: string;
                                    count: number;
                                }[];
                                remote: {
                                    value: string;
                                    count: number;
                                }[];
                                location: {
                                    value: string;
                                    count: number;
                                }[];
                                seniority: {
                                    value: string;
                                    count: number;
                                }[];
                                company: {
                                    id: number;
                                    value: string;
                                    count: number;
                                }[];
                            };
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            company: {
                                id: number;
                                name: string;
                                industry: string | null;
                            };
                            title: string;
                            location: string | null;
                            job_type: string;
                            remote: boolean;
                            salary_min: number | null;
                            salary_max: number | null;
                            requirements: string[];
                            /** Format: date-time */
                            posted_at: string;
                            description: string;
                            is_active: boolean;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/postings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            postings: {
                                /** @description Who offers it, to be named where the posting is shown: `Remotive`, or a company’s own board. */
                                source: string;
                                /** @description Where it is read and applied for, to be linked to. */
                                url: string;
                                /** @description HTML that is safe to show. */
                                description: string;
                                salary: {
                                    min: number | null;
                                    max: number | null;
                                    /** @description By ISO 4217. */
                                    currency: string | null;
                                    /** @enum {string|null} */
                                    period: "hour" | "day" | "week" | "month" | "year" | null;
                                    /** @description In the source’s own words. */
                                    text: string | null;
                                } | null;
                                /** Format: date-time */
                                first_seen_at: string;
                                /** Format: date-time */
                                expires_at: string | null;
                                /**
                                 * Format: date-time
                                 * @description Since when the source has it no more.
                                 */
                                gone_at: string | null;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    unread_only?: boolean;
                    page?: number;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            notifications: {
                                id: number;
                                kind: string;
                                title: string;
                                body: string;
                                is_read: boolean;
                                /** Format: date-time */
                                created_at: string;
                            }[];
                            total_count: number;
                            page: number;
                            limit: number;
                            total_pages: number;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/campaigns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: {
                                /** Format: uuid */
                                id: string;
                                name: string;
                                /** @enum {string} */
                                state: "draft" | "running" | "paused" | "cancelled" | "done";
                                words: {
                                    subject: string;
                                    /** @description Paragraphs, parted by empty lines. Liquid. */
                                    body: string;
                                    /** @description On the button that leads to `link`; empty: none. */
                                    action: string;
                                };
                                link: string | null;
                                audience: {
                                    locales?: ("en" | "de")[];
                                    user_ids?: number[];
                                };
                                per_minute: number;
                                /** Format: date-time */
                                created_at: string;
                            }[];
                            next_cursor: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        name: string;
                        words: {
                            subject: string;
                            /** @description Paragraphs, parted by empty lines. Liquid. */
                            body: string;
                            /** @description On the button that leads to `link`; empty: none. */
                            action: string;
                        };
                        /** Format: uri */
                        link?: string;
                        audience: {
                            locales?: ("en" | "de")[];
                            user_ids?: number[];
                        };
                        /**
                         * @description So many are told at most.
                         * @default 60
                         */
                        per_minute?: number;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** Format: uuid */
                            id: string;
                            name: string;
                            /** @enum {string} */
                            state: "draft" | "running" | "paused" | "cancelled" | "done";
                            words: {
                                subject: string;
                                /** @description Paragraphs, parted by empty lines. Liquid. */
                                body: string;
                                /** @description On the button that leads to `link`; empty: none. */
                                action: string;
                            };
                            link: string | null;
                            audience: {
                                locales?: ("en" | "de")[];
                                user_ids?: number[];
                            };
                            per_minute: number;
                            /** Format: date-time */
                            created_at: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/campaigns/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** Format: uuid */
                            id: string;
                            name: string;
                            /** @enum {string} */
                            state: "draft" | "running" | "paused" | "cancelled" | "done";
                            words: {
                                subject: string;
                                /** @description Paragraphs, parted by empty lines. Liquid. */
                                body: string;
                                /** @description On the button that leads to `link`; empty: none. */
                                action: string;
                            };
                            link: string | null;
                            audience: {
                                locales?: ("en" | "de")[];
                                user_ids?: number[];
                            };
                            per_minute: number;
                            /** Format: date-time */
                            created_at: string;
                            /** @description Messages by their state. */
                            messages: {
                                [key: string]: number;
                            };
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/campaigns/{id}/{step}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    step: "start" | "pause" | "cancel";
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** Format: uuid */
                            id: string;
                            name: string;
                            /** @enum {string} */
                            state: "draft" | "running" | "paused" | "cancelled" | "done";
                            words: {
                                subject: string;
                                /** @description Paragraphs, parted by empty lines. Liquid. */
                                body: string;
                                /** @description On the button that leads to `link`; empty: none. */
                                action: string;
                            };
                            link: string | null;
                            audience: {
                                locales?: ("en" | "de")[];
                                user_ids?: number[];
                            };
                            per_minute: number;
                            /** Format: date-time */
                            created_at: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/channels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description By which people are told here; the others are not set up. */
                            channels: ("in_app" | "email" | "sms" | "push")[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/channels/{channel}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    channel: "email" | "sms" | "push";
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description One; of push one for each browser. `deliveries/<id>` says what comes of it. */
                            delivery_ids: string[];
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: {
                                /** Format: uuid */
                                id: string;
                                kind: string;
                                /** @enum {string} */
                                channel: "in_app" | "email" | "sms" | "push";
                                /** @enum {string} */
                                state: "queued" | "sending" | "sent" | "delivered" | "failed" | "bounced" | "suppressed";
                                /** @description Why it waits, was not sent, or did not arrive. */
                                reason: string | null;
                                /** Format: date-time */
                                created_at: string;
                                /** Format: date-time */
                                updated_at: string;
                            }[];
                            next_cursor: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/deliveries/undelivered": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    cursor?: string;
                    state?: "failed" | "bounced";
                    channel?: "in_app" | "email" | "sms" | "push";
                    kind?: "verify_email" | "reset_password" | "password_changed" | "confirm_phone" | "trial" | "status_changed" | "next_action_due" | "job_matched" | "saved_search_matched" | "webhook_disabled" | "connection_lost" | "mail_recognized" | "news" | "digest";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: {
                                /** Format: uuid */
                                id: string;
                                kind: string;
                                /** @enum {string} */
                                channel: "in_app" | "email" | "sms" | "push";
                                /** @enum {string} */
                                state: "queued" | "sending" | "sent" | "delivered" | "failed" | "bounced" | "suppressed";
                                /** @description Why it waits, was not sent, or did not arrive. */
                                reason: string | null;
                                /** Format: date-time */
                                created_at: string;
                                /** Format: date-time */
                                updated_at: string;
                                user_id: number;
                            }[];
                            next_cursor: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/deliveries/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** Format: uuid */
                            id: string;
                            kind: string;
                            /** @enum {string} */
                            channel: "in_app" | "email" | "sms" | "push";
                            /** @enum {string} */
                            state: "queued" | "sending" | "sent" | "delivered" | "failed" | "bounced" | "suppressed";
                            /** @description Why it waits, was not sent, or did not arrive. */
                            reason: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            updated_at: string;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/feed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    cursor?: string;
                    unread_only?: boolean;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: {
                                /** @description Of the legacy API’s notifications `n` and their id. */
                                id: string;
                                kind: string;
                                title: string;
                                body: string;
                                link: string | null;
                                is_read: boolean;
                                /** Format: date-time */
                                created_at: string;
                            }[];
                            next_cursor: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/feed/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** @description Marks all as read. Answers how many were not. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            count: number;
                        };
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/feed/unread": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            count: number;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/feed/{id}/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Of the legacy API’s notifications `n` and their id. */
                            id: string;
                            kind: string;
                            title: string;
                            body: string;
                            link: string | null;
                            is_read: boolean;
                            /** Format: date-time */
                            created_at: string;
                        };
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/phone": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            number: string | null;
                            confirmed: boolean;
                        };
                    };
                };
            };
        };
        /** @description A code is sent there, which confirms it. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description E.164 */
                        number: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            number: string | null;
                            confirmed: boolean;
                        };
                    };
                };
            };
        };
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/phone/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        code: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            number: string | null;
                            confirmed: boolean;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/preferences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description BCP 47; `en` and `de` have words of their own. */
                            locale: string | null;
                            /** @description A place of the IANA list, e.g. `Europe/Berlin`. */
                            time_zone: string;
                            /** @description When nothing but what is found in the app is told, where the person is; `from` after `to` is over midnight. */
                            quiet_hours: {
                                /** @description `HH:MM` */
                                from: string;
                                /** @description `HH:MM` */
                                to: string;
                            } | null;
                            kinds: {
                                status_changed: {
                                    in_app: boolean;
                                    /**
                                     * @description Each at once, or those of a day or a week in one.
                                     * @enum {string}
                                     */
                                    email: "off" | "instant" | "daily" | "weekly";
                                    sms: boolean;
                                    push: boolean;
                                };
                                next_action_due: {
                                    in_app: boolean;
                                    /**
                                     * @description Each at once, or those of a day or a week in one.
                                     * @enum {string}
                                     */
                                    email: "off" | "instant" | "daily" | "weekly";
                                    sms: boolean;
                                    push: boolean;
                                };
                                job_matched: {
                                    in_app: boolean;
                                    /**
                                     * @description Each at once, or those of a day or a week in one.
                                     * @enum {string}
                                     */
                                    email: "off" | "instant" | "daily" | "weekly";
                                    sms: boolean;
                                    push: boolean;
                                };
                                saved_search_matched: {
                                    in_app: boolean;
                                    /**
                                     * @description Each at once, or those of a day or a week in one.
                                     * @enum {string}
                                     */
                                    email: "off" | "instant" | "daily" | "weekly";
                                    sms: boolean;
                                    push: boolean;
                                };
                                webhook_disabled: {
                                    in_app: boolean;
                                    /**
                                     * @description Each at once, or those of a day or a week in one.
                                     * @enum {string}
                                     */
                                    email: "off" | "instant" | "daily" | "weekly";
                                    sms: boolean;
                                    push: boolean;
                                };
                                connection_lost: {
                                    in_app: boolean;
                                    /**
                                     * @description Each at once, or those of a day or a week in one.
                                     * @enum {string}
                                     */
                                    email: "off" | "instant" | "daily" | "weekly";
                                    sms: boolean;
                                    push: boolean;
                                };
                                mail_recognized: {
                                    in_app: boolean;
                                    /**
                                     * @description Each at once, or those of a day or a week in one.
                                     * @enum {string}
                                     */
                                    email: "off" | "instant" | "daily" | "weekly";
                                    sms: boolean;
                                    push: boolean;
                                };
                                news: {
                                    in_app: boolean;
                                    /**
                                     * @description Each at once, or those of a day or a week in one.
                                     * @enum {string}
                                     */
                                    email: "off" | "instant" | "daily" | "weekly";
                                    sms: boolean;
                                    push: boolean;
                                };
                            };
                        };
                    };
                };
            };
        };
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description BCP 47; `en` and `de` have words of their own. */
                        locale?: string | null;
                        /** @description A place of the IANA list, e.g. `Europe/Berlin`. */
                        time_zone?: string;
                        /** @description When nothing but what is found in the app is told, where the person is; `from` after `to` is over midnight. */
                        quiet_hours?: {
                            /** @description `HH:MM` */
                            from: string;
                            /** @description `HH:MM` */
                            to: string;
                        } | null;
                        kinds?: {
                            status_changed?: {
                                in_app?: boolean;
                                /**
                                 * @description Each at once, or those of a day or a week in one.
                                 * @enum {string}
                                 */
                                email?: "off" | "instant" | "daily" | "weekly";
                                sms?: boolean;
                                push?: boolean;
                            };
                            next_action_due?: {
                                in_app?: boolean;
                                /**
                                 * @description Each at once, or those of a day or a week in one.
                                 * @enum {string}
                                 */
                                email?: "off" | "instant" | "daily" | "weekly";
                                sms?: boolean;
                                push?: boolean;
                            };
                            job_matched?: {
                                in_app?: boolean;
                                /**
                                 * @description Each at once, or those of a day or a week in one.
                                 * @enum {string}
                                 */
                                email?: "off" | "instant" | "daily" | "weekly";
                                sms?: boolean;
                                push?: boolean;
                            };
                            saved_search_matched?: {
                                in_app?: boolean;
                                /**
                                 * @description Each at once, or those of a day or a week in one.
                                 * @enum {string}
                                 */
                                email?: "off" | "instant" | "daily" | "weekly";
                                sms?: boolean;
                                push?: boolean;
                            };
                            webhook_disabled?: {
                                in_app?: boolean;
                                /**
                                 * @description Each at once, or those of a day or a week in one.
                                 * @enum {string}
                                 */
                                email?: "off" | "instant" | "daily" | "weekly";
                                sms?: boolean;
                                push?: boolean;
                            };
                            connection_lost?: {
                                in_app?: boolean;
                                /**
                                 * @description Each at once, or those of a day or a week in one.
                                 * @enum {string}
                                 */
                                email?: "off" | "instant" | "daily" | "weekly";
                                sms?: boolean;
                                push?: boolean;
                            };
                            mail_recognized?: {
                                in_app?: boolean;
                                /**
                                 * @description Each at once, or those of a day or a week in one.
                                 * @enum {string}
                                 */
                                email?: "off" | "instant" | "daily" | "weekly";
                                sms?: boolean;
                                push?: boolean;
                            };
                            news?: {
                                in_app?: boolean;
                                /**
                                 * @description Each at once, or those of a day or a week in one.
                                 * @enum {string}
                                 */
                                email?: "off" | "instant" | "daily" | "weekly";
                                sms?: boolean;
                                push?: boolean;
                            };
                        };
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description BCP 47; `en` and `de` have words of their own. */
                            locale: string | null;
                            /** @description A place of the IANA list, e.g. `Europe/Berlin`. */
                            time_zone: string;
                            /** @description When nothing but what is found in the app is told, where the person is; `from` after `to` is over midnight. */
                            quiet_hours: {
                                /** @description `HH:MM` */
                                from: string;
                                /** @description `HH:MM` */
                                to: string;
                            } | null;
                            kinds: {
                                status_changed: {
                                    in_app: boolean;
                                    /**
                                     * @description Each at once, or those of a day or a week in one.
                                     * @enum {string}
                                     */
                                    email: "off" | "instant" | "daily" | "weekly";
                                    sms: boolean;
                                    push: boolean;
                                };
                                next_action_due: {
                                    in_app: boolean;
                                    /**
                                     * @description Each at once, or those of a day or a week in one.
                                     * @enum {string}
                                     */
                                    email: "off" | "instant" | "daily" | "weekly";
                                    sms: boolean;
                                    push: boolean;
                                };
                                job_matched: {
                                    in_app: boolean;
                                    /**
                                     * @description Each at once, or those of a day or a week in one.
                                     * @enum {string}
                                     */
                                    email: "off" | "instant" | "daily" | "weekly";
                                    sms: boolean;
                                    push: boolean;
                                };
                                saved_search_matched: {
                                    in_app: boolean;
                                    /**
                                     * @description Each at once, or those of a day or a week in one.
                                     * @enum {string}
                                     */
                                    email: "off" | "instant" | "daily" | "weekly";
                                    sms: boolean;
                                    push: boolean;
                                };
                                webhook_disabled: {
                                    in_app: boolean;
                                    /**
                                     * @description Each at once, or those of a day or a week in one.
                                     * @enum {string}
                                     */
                                    email: "off" | "instant" | "daily" | "weekly";
                                    sms: boolean;
                                    push: boolean;
                                };
                                connection_lost: {
                                    in_app: boolean;
                                    /**
                                     * @description Each at once, or those of a day or a week in one.
                                     * @enum {string}
                                     */
                                    email: "off" | "instant" | "daily" | "weekly";
                                    sms: boolean;
                                    push: boolean;
                                };
                                mail_recognized: {
                                    in_app: boolean;
                                    /**
                                     * @description Each at once, or those of a day or a week in one.
                                     * @enum {string}
                                     */
                                    email: "off" | "instant" | "daily" | "weekly";
                                    sms: boolean;
                                    push: boolean;
                                };
                                news: {
                                    in_app: boolean;
                                    /**
                                     * @description Each at once, or those of a day or a week in one.
                                     * @enum {string}
                                     */
                                    email: "off" | "instant" | "daily" | "weekly";
                                    sms: boolean;
                                    push: boolean;
                                };
                            };
                        };
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/push-key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description For `applicationServerKey`; null: there is no push. */
                            public_key: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/push-subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** Format: uri */
                        endpoint: string;
                        keys: {
                            p256dh: string;
                            auth: string;
                        };
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** Format: uuid */
                            id: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/push-subscriptions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/read-all": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            message: string;
                        };
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/reports/bounces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "message/rfc822": unknown;
                };
            };
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/reports/twilio": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query: {
                    delivery: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/x-www-form-urlencoded": unknown;
                };
            };
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            templates: {
                                /** @enum {string} */
                                kind: "verify_email" | "reset_password" | "password_changed" | "confirm_phone" | "trial" | "status_changed" | "next_action_due" | "job_matched" | "saved_search_matched" | "webhook_disabled" | "connection_lost" | "mail_recognized" | "news" | "digest";
                                /** @enum {string} */
                                locale: "en" | "de";
                                /** @description 0: as built in. */
                                version: number;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/templates/{kind}/{locale}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    kind: "verify_email" | "reset_password" | "password_changed" | "confirm_phone" | "trial" | "status_changed" | "next_action_due" | "job_matched" | "saved_search_matched" | "webhook_disabled" | "connection_lost" | "mail_recognized" | "news" | "digest";
                    locale: "en" | "de";
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @enum {string} */
                            kind: "verify_email" | "reset_password" | "password_changed" | "confirm_phone" | "trial" | "status_changed" | "next_action_due" | "job_matched" | "saved_search_matched" | "webhook_disabled" | "connection_lost" | "mail_recognized" | "news" | "digest";
                            /** @enum {string} */
                            locale: "en" | "de";
                            /** @description 0: as built in. */
                            version: number;
                            words: {
                                subject: string;
                                /** @description Paragraphs, parted by empty lines. Liquid. */
                                body: string;
                                /** @description On the button that leads to `link`; empty: none. */
                                action: string;
                                /** @description For SMS, push and the app. */
                                short: string;
                            };
                            sample: {
                                [key: string]: unknown;
                            };
                        };
                    };
                };
            };
        };
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    kind: "verify_email" | "reset_password" | "password_changed" | "confirm_phone" | "trial" | "status_changed" | "next_action_due" | "job_matched" | "saved_search_matched" | "webhook_disabled" | "connection_lost" | "mail_recognized" | "news" | "digest";
                    locale: "en" | "de";
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        subject: string;
                        /** @description Paragraphs, parted by empty lines. Liquid. */
                        body: string;
                        /** @description On the button that leads to `link`; empty: none. */
                        action: string;
                        /** @description For SMS, push and the app. */
                        short: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @enum {string} */
                            kind: "verify_email" | "reset_password" | "password_changed" | "confirm_phone" | "trial" | "status_changed" | "next_action_due" | "job_matched" | "saved_search_matched" | "webhook_disabled" | "connection_lost" | "mail_recognized" | "news" | "digest";
                            /** @enum {string} */
                            locale: "en" | "de";
                            /** @description 0: as built in. */
                            version: number;
                            words: {
                                subject: string;
                                /** @description Paragraphs, parted by empty lines. Liquid. */
                                body: string;
                                /** @description On the button that leads to `link`; empty: none. */
                                action: string;
                                /** @description For SMS, push and the app. */
                                short: string;
                            };
                            sample: {
                                [key: string]: unknown;
                            };
                        };
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/templates/{kind}/{locale}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    kind: "verify_email" | "reset_password" | "password_changed" | "confirm_phone" | "trial" | "status_changed" | "next_action_due" | "job_matched" | "saved_search_matched" | "webhook_disabled" | "connection_lost" | "mail_recognized" | "news" | "digest";
                    locale: "en" | "de";
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        words?: {
                            subject: string;
                            /** @description Paragraphs, parted by empty lines. Liquid. */
                            body: string;
                            /** @description On the button that leads to `link`; empty: none. */
                            action: string;
                            /** @description For SMS, push and the app. */
                            short: string;
                        };
                        parameters?: {
                            [key: string]: unknown;
                        };
                        /** @default UTC */
                        time_zone?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            subject: string;
                            text: string;
                            html: string;
                            short: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/templates/{kind}/{locale}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description By e-mail, as a preview would be. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    kind: "verify_email" | "reset_password" | "password_changed" | "confirm_phone" | "trial" | "status_changed" | "next_action_due" | "job_matched" | "saved_search_matched" | "webhook_disabled" | "connection_lost" | "mail_recognized" | "news" | "digest";
                    locale: "en" | "de";
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        words?: {
                            subject: string;
                            /** @description Paragraphs, parted by empty lines. Liquid. */
                            body: string;
                            /** @description On the button that leads to `link`; empty: none. */
                            action: string;
                            /** @description For SMS, push and the app. */
                            short: string;
                        };
                        parameters?: {
                            [key: string]: unknown;
                        };
                        /** @default UTC */
                        time_zone?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description One; of push one for each browser. `deliveries/<id>` says what comes of it. */
                            delivery_ids: string[];
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/unsubscribe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query: {
                    token: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/html": unknown;
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query: {
                    token: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/html": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/{id}/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            kind: string;
                            title: string;
                            body: string;
                            is_read: boolean;
                            /** Format: date-time */
                            created_at: string;
                        };
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/oauth/authorize": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query: {
                    client_id: string;
                    redirect_uri: string;
                    response_type?: string;
                    scope?: string;
                    state?: string;
                    code_challenge?: string;
                    code_challenge_method?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The page that asks the user. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/html": unknown;
                    };
                };
                /** @description Back to the client, with a code or an error. */
                303: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/x-www-form-urlencoded": {
                        client_id: string;
                        redirect_uri: string;
                        response_type?: string;
                        scope?: string;
                        state?: string;
                        code_challenge?: string;
                        code_challenge_method?: string;
                        decision: string;
                        email?: string;
                        password?: string;
                        code?: string;
                    };
                };
            };
            responses: {
                /** @description The page that asks the user. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/html": unknown;
                    };
                };
                /** @description Back to the client, with a code or an error. */
                303: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/oauth/clients": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            clients: {
                                id: string;
                                name: string;
                                redirect_uris: string[];
                                scopes: string[];
                                is_resource_server: boolean;
                                /** Format: date-time */
                                created_at: string;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        name: string;
                        redirect_uris: string[];
                        scopes: ("read" | "write")[];
                        /** @description Whether it can keep a secret: it runs on a server. */
                        confidential?: boolean;
                        /** @description It may ask about the tokens of all clients; such a client has a secret. */
                        is_resource_server?: boolean;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            name: string;
                            redirect_uris: string[];
                            scopes: string[];
                            is_resource_server: boolean;
                            /** Format: date-time */
                            created_at: string;
                            /** @description Shown once. */
                            secret: string | null;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/oauth/clients/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/oauth/grants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            grants: {
                                /** Format: uuid */
                                id: string;
                                client_name: string;
                                scopes: string[];
                                /** Format: date-time */
                                created_at: string;
                                /** Format: date-time */
                                last_used_at: string | null;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/oauth/grants/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/oauth/introspect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/x-www-form-urlencoded": {
                        client_id?: string;
                        client_secret?: string;
                        token: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            active: boolean;
                        } & {
                            [key: string]: unknown;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/oauth/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/x-www-form-urlencoded": {
                        client_id?: string;
                        client_secret?: string;
                        token: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/oauth/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/x-www-form-urlencoded": {
                        client_id?: string;
                        client_secret?: string;
                        grant_type: string;
                        code?: string;
                        redirect_uri?: string;
                        code_verifier?: string;
                        refresh_token?: string;
                        scope?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            access_token: string;
                            token_type: string;
                            expires_in: number;
                            refresh_token: string;
                            scope: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    cursor?: string;
                    email?: string;
                    /** @description What the e-mail address begins with, in any case. */
                    q?: string;
                    role?: string;
                    is_active?: boolean;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            users: {
                                id: number;
                                email: string;
                                is_active: boolean;
                                role: string;
                                /** Format: date-time */
                                email_verified_at: string | null;
                                /** Format: date-time */
                                suspended_at: string | null;
                                /** @description As an administrator gave it. */
                                suspension_reason: string | null;
                                /** Format: date-time */
                                created_at: string;
                                /** Format: date-time */
                                updated_at: string;
                            }[];
                            next_cursor: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            email: string;
                            full_name: string;
                            is_active: boolean;
                            role: string;
                            phone: string | null;
                            location: string | null;
                            headline: string | null;
                            skills: string[];
                            preferences: {
                                [key: string]: unknown;
                            };
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            updated_at: string;
                        };
                    };
                };
            };
        };
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        full_name?: string;
                        phone?: string | null;
                        location?: string | null;
                        headline?: string | null;
                        skills?: string[];
                        preferences?: {
                            [key: string]: unknown;
                        };
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            email: string;
                            full_name: string;
                            is_active: boolean;
                            role: string;
                            phone: string | null;
                            location: string | null;
                            headline: string | null;
                            skills: string[];
                            preferences: {
                                [key: string]: unknown;
                            };
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            updated_at: string;
                        };
                    };
                };
            };
        };
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/me/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description OK */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "*/*": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        current_password: string;
                        new_password: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            message: string;
                        };
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/me/picture": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** Format: uri */
                            profile_picture_url: string | null;
                        };
                    };
                };
            };
        };
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** Format: uri */
                        profile_picture_url: string | null;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** Format: uri */
                            profile_picture_url: string | null;
                        };
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/me/preferences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
            };
        };
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/me/privacy-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @enum {string} */
                            profile_visibility: "members" | "private";
                            show_headline: boolean;
                            show_location: boolean;
                            show_skills: boolean;
                        };
                    };
                };
            };
        };
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @enum {string} */
                        profile_visibility?: "members" | "private";
                        show_headline?: boolean;
                        show_location?: boolean;
                        show_skills?: boolean;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @enum {string} */
                            profile_visibility: "members" | "private";
                            show_headline: boolean;
                            show_location: boolean;
                            show_skills: boolean;
                        };
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/me/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            resume: {
                                basics?: {
                                    name?: string;
                                    label?: string;
                                    email?: string;
                                    phone?: string;
                                    url?: string;
                                    summary?: string;
                                    location?: {
                                        address?: string;
                                        postalCode?: string;
                                        city?: string;
                                        countryCode?: string;
                                        region?: string;
                                    };
                                };
                                work?: {
                                    name?: string;
                                    position?: string;
                                    location?: string;
                                    url?: string;
                                    /** @description A day, a month or a year: 2023-04-01, 2023-04, 2023. */
                                    startDate?: string;
                                    /** @description A day, a month or a year: 2023-04-01, 2023-04, 2023. */
                                    endDate?: string;
                                    summary?: string;
                                    highlights?: string[];
                                }[];
                                education?: {
                                    institution?: string;
                                    area?: string;
                                    studyType?: string;
                                    /** @description A day, a month or a year: 2023-04-01, 2023-04, 2023. */
                                    startDate?: string;
                                    /** @description A day, a month or a year: 2023-04-01, 2023-04, 2023. */
                                    endDate?: string;
                                }[];
                                skills?: {
                                    name?: string;
                                    level?: string;
                                    keywords?: string[];
                                }[];
                                languages?: {
                                    language?: string;
                                    fluency?: string;
                                }[];
                            };
                            /** Format: date-time */
                            confirmed_at: string;
                        };
                    };
                };
            };
        };
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        resume: {
                            basics?: {
                                name?: string;
                                label?: string;
                                email?: string;
                                phone?: string;
                                url?: string;
                                summary?: string;
                                location?: {
                                    address?: string;
                                    postalCode?: string;
                                    city?: string;
                                    countryCode?: string;
                                    region?: string;
                                };
                            };
                            work?: {
                                name?: string;
                                position?: string;
                                location?: string;
                                url?: string;
                                /** @description A day, a month or a year: 2023-04-01, 2023-04, 2023. */
                                startDate?: string;
                                /** @description A day, a month or a year: 2023-04-01, 2023-04, 2023. */
                                endDate?: string;
                                summary?: string;
                                highlights?: string[];
                            }[];
                            education?: {
                                institution?: string;
                                area?: string;
                                studyType?: string;
                                /** @description A day, a month or a year: 2023-04-01, 2023-04, 2023. */
                                startDate?: string;
                                /** @description A day, a month or a year: 2023-04-01, 2023-04, 2023. */
                                endDate?: string;
                            }[];
                            skills?: {
                                name?: string;
                                level?: string;
                                keywords?: string[];
                            }[];
                            languages?: {
                                language?: string;
                                fluency?: string;
                            }[];
                        };
                        profile?: {
                            full_name?: string;
                            phone?: string | null;
                            location?: string | null;
                            headline?: string | null;
                            skills?: string[];
                            preferences?: {
                                [key: string]: unknown;
                            };
                        };
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            resume: {
                                basics?: {
                                    name?: string;
                                    label?: string;
                                    email?: string;
                                    phone?: string;
                                    url?: string;
                                    summary?: string;
                                    location?: {
                                        address?: string;
                                        postalCode?: string;
                                        city?: string;
                                        countryCode?: string;
                                        region?: string;
                                    };
                                };
                                work?: {
                                    name?: string;
                                    position?: string;
                                    location?: string;
                                    url?: string;
                                    /** @description A day, a month or a year: 2023-04-01, 2023-04, 2023. */
                                    startDate?: string;
                                    /** @description A day, a month or a year: 2023-04-01, 2023-04, 2023. */
                                    endDate?: string;
                                    summary?: string;
                                    highlights?: string[];
                                }[];
                                education?: {
                                    institution?: string;
                                    area?: string;
                                    studyType?: string;
                                    /** @description A day, a month or a year: 2023-04-01, 2023-04, 2023. */
                                    startDate?: string;
                                    /** @description A day, a month or a year: 2023-04-01, 2023-04, 2023. */
                                    endDate?: string;
                                }[];
                                skills?: {
                                    name?: string;
                                    level?: string;
                                    keywords?: string[];
                                }[];
                                languages?: {
                                    language?: string;
                                    fluency?: string;
                                }[];
                            };
                            profile: {
                                id: number;
                                email: string;
                                full_name: string;
                                is_active: boolean;
                                role: string;
                                phone: string | null;
                                location: string | null;
                                headline: string | null;
                                skills: string[];
                                preferences: {
                                    [key: string]: unknown;
                                };
                                /** Format: date-time */
                                created_at: string;
                                /** Format: date-time */
                                updated_at: string;
                            };
                        };
                    };
                };
            };
        };
        /** @description The file is the body: PDF, Word (.docx), JSON Resume, the export of LinkedIn (ZIP) or plain text, whatever its type says it is. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "*/*": unknown;
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @enum {string} */
                            kind: "pdf" | "docx" | "json" | "linkedin" | "text";
                            resume: {
                                basics?: {
                                    name?: string;
                                    label?: string;
                                    email?: string;
                                    phone?: string;
                                    url?: string;
                                    summary?: string;
                                    location?: {
                                        address?: string;
                                        postalCode?: string;
                                        city?: string;
                                        countryCode?: string;
                                        region?: string;
                                    };
                                };
                                work?: {
                                    name?: string;
                                    position?: string;
                                    location?: string;
                                    url?: string;
                                    /** @description A day, a month or a year: 2023-04-01, 2023-04, 2023. */
                                    startDate?: string;
                                    /** @description A day, a month or a year: 2023-04-01, 2023-04, 2023. */
                                    endDate?: string;
                                    summary?: string;
                                    highlights?: string[];
                                }[];
                                education?: {
                                    institution?: string;
                                    area?: string;
                                    studyType?: string;
                                    /** @description A day, a month or a year: 2023-04-01, 2023-04, 2023. */
                                    startDate?: string;
                                    /** @description A day, a month or a year: 2023-04-01, 2023-04, 2023. */
                                    endDate?: string;
                                }[];
                                skills?: {
                                    name?: string;
                                    level?: string;
                                    keywords?: string[];
                                }[];
                                languages?: {
                                    language?: string;
                                    fluency?: string;
                                }[];
                            };
                            /** @description How sure that is, 0 to 1, by path: `work[0].position`. */
                            confidence: {
                                [key: string]: number;
                            };
                            profile: {
                                full_name?: string;
                                phone?: string | null;
                                location?: string | null;
                                headline?: string | null;
                                skills?: string[];
                                preferences?: {
                                    [key: string]: unknown;
                                };
                            };
                        };
                    };
                };
            };
        };
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            full_name: string;
                            headline: string | null;
                            location: string | null;
                            skills: string[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/privacy-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @enum {string} */
                            profile_visibility: "members" | "private";
                            show_headline: boolean;
                            show_location: boolean;
                            show_skills: boolean;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/reinstate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            email: string;
                            is_active: boolean;
                            role: string;
                            /** Format: date-time */
                            email_verified_at: string | null;
                            /** Format: date-time */
                            suspended_at: string | null;
                            /** @description As an administrator gave it. */
                            suspension_reason: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            updated_at: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/suspend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        reason?: string;
                    } | null;
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            email: string;
                            is_active: boolean;
                            role: string;
                            /** Format: date-time */
                            email_verified_at: string | null;
                            /** Format: date-time */
                            suspended_at: string | null;
                            /** @description As an administrator gave it. */
                            suspension_reason: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            updated_at: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            email: string;
                            is_active: boolean;
                            role: string;
                            /** Format: date-time */
                            email_verified_at: string | null;
                            /** Format: date-time */
                            suspended_at: string | null;
                            /** @description As an administrator gave it. */
                            suspension_reason: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            updated_at: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/applications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    cursor?: string;
                    status?: "saved" | "applied" | "screening" | "interview" | "offer" | "accepted" | "rejected" | "withdrawn" | "ghosted";
                    source?: "job_board" | "company_site" | "referral" | "recruiter" | "network" | "event" | "search" | "other";
                    /** @description A part of its name. */
                    company?: string;
                    /** @description Something is to be done before then. */
                    due_before?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: {
                                id: number;
                                job_id: number;
                                job_title: string | null;
                                company_name: string | null;
                                /** @description A state; what the legacy system has, if that is none. */
                                status: string;
                                /** @description Where it may go from here. */
                                may_become: ("saved" | "applied" | "screening" | "interview" | "offer" | "accepted" | "rejected" | "withdrawn" | "ghosted")[];
                                /** @description The legacy system has brought it here by a way, or to a place, that there is none. */
                                irregular: boolean;
                                source: {
                                    /** @enum {string} */
                                    kind: "job_board" | "company_site" | "referral" | "recruiter" | "network" | "event" | "search" | "other";
                                    /** @description Which board, who. */
                                    detail?: string;
                                } | null;
                                next_action: {
                                    id: number;
                                    what: string;
                                    /** Format: date-time */
                                    due_at: string;
                                    /** Format: date-time */
                                    remind_at: string | null;
                                    /** Format: date-time */
                                    reminded_at: string | null;
                                } | null;
                                /** Format: date-time */
                                applied_at: string | null;
                                /** Format: date-time */
                                created_at: string;
                                /** Format: date-time */
                                updated_at: string;
                            }[];
                            next_cursor: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        /** @description With an Idempotency-Key it is one submission, however often it is sent. What failed with SUBMISSION_FAILED is tried anew. */
        post: {
            parameters: {
                query?: never;
                header?: {
                    "idempotency-key"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        job_id: number;
                        /** @enum {string} */
                        status?: "saved" | "applied";
                        cover_letter?: string;
                        source?: {
                            /** @enum {string} */
                            kind: "job_board" | "company_site" | "referral" | "recruiter" | "network" | "event" | "search" | "other";
                            /** @description Which board, who. */
                            detail?: string;
                        };
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            job_id: number;
                            job_title: string | null;
                            company_name: string | null;
                            /** @description A state; what the legacy system has, if that is none. */
                            status: string;
                            /** @description Where it may go from here. */
                            may_become: ("saved" | "applied" | "screening" | "interview" | "offer" | "accepted" | "rejected" | "withdrawn" | "ghosted")[];
                            /** @description The legacy system has brought it here by a way, or to a place, that there is none. */
                            irregular: boolean;
                            source: {
                                /** @enum {string} */
                                kind: "job_board" | "company_site" | "referral" | "recruiter" | "network" | "event" | "search" | "other";
                                /** @description Which board, who. */
                                detail?: string;
                            } | null;
                            next_action: {
                                id: number;
                                what: string;
                                /** Format: date-time */
                                due_at: string;
                                /** Format: date-time */
                                remind_at: string | null;
                                /** Format: date-time */
                                reminded_at: string | null;
                            } | null;
                            /** Format: date-time */
                            applied_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            updated_at: string;
                        };
                    };
                };
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** Format: uuid */
                            id: string;
                            /**
                             * @description failed: nothing of it is left.
                             * @enum {string}
                             */
                            state: "pending" | "done" | "failed";
                            application_id: number | null;
                            /** @description Why it failed. */
                            reason: string | null;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/applications/documents/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description All that somebody has uploaded, and with which applications it was sent. */
        get: {
            parameters: {
                query?: {
                    kind?: "resume" | "cover_letter" | "portfolio" | "other";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: {
                                kind: string;
                                version: number;
                                /** @description What its user has called it. */
                                names: string[];
                                content_type: string;
                                size_bytes: number;
                                /**
                                 * @description Whether it was looked into for harm. Nobody gets what is `pending` or `infected`. `unscanned`: nothing here looks into files. `elsewhere`: it was never uploaded here, and its url is all that is known of it.
                                 * @enum {string}
                                 */
                                scan: "pending" | "clean" | "infected" | "unscanned" | "elsewhere";
                                /** @description With which applications it was sent. */
                                application_ids: number[];
                                /** Format: date-time */
                                created_at: string;
                            }[];
                            used_bytes: number;
                            quota_bytes: number;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/applications/documents/{documentId}/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description By a signed link. */
        get: {
            parameters: {
                query: {
                    expires: number;
                    signature: string;
                };
                header?: never;
                path: {
                    documentId: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The file, to be saved and never to be shown in its place. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/octet-stream": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/applications/statistics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Of applications that were made then or later. */
                    from?: string;
                    /** @description Of applications that were made before. */
                    to?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            total: number;
                            /** @description Sent, and not ended. */
                            active: number;
                            sent: number;
                            /** @description Of those sent: somebody at the company has ever moved it on, or refused it. */
                            answered: number;
                            /** @description Answered of those sent. Null of none. */
                            response_rate: number | null;
                            /** @description Of those sent. Null of none. */
                            ghosted_rate: number | null;
                            /** @description Null while nobody has left it. */
                            median_days_to_answer: number | null;
                            by_state: {
                                saved: number;
                                applied: number;
                                screening: number;
                                interview: number;
                                offer: number;
                                accepted: number;
                                rejected: number;
                                withdrawn: number;
                                ghosted: number;
                            };
                            funnel: {
                                /** @enum {string} */
                                stage: "applied" | "screening" | "interview" | "offer" | "accepted";
                                /** @description Whatever has become of it since. */
                                reached: number;
                                /** @description Of those sent. Null of none. */
                                rate: number | null;
                            }[];
                            time_in_stage: {
                                /** @enum {string} */
                                stage: "saved" | "applied" | "screening" | "interview" | "offer";
                                /** @description How often it was left, which is what the days are of. */
                                left: number;
                                /** @description Null while nobody has left it. */
                                average_days: number | null;
                                /** @description Null while nobody has left it. */
                                median_days: number | null;
                            }[];
                            by_source: {
                                /** @description `unknown`: its user did not say. */
                                source: string;
                                sent: number;
                                answered: number;
                                /** @description Answered of those sent. Null of none. */
                                response_rate: number | null;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/applications/submissions/{submissionId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    submissionId: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** Format: uuid */
                            id: string;
                            /**
                             * @description failed: nothing of it is left.
                             * @enum {string}
                             */
                            state: "pending" | "done" | "failed";
                            application_id: number | null;
                            /** @description Why it failed. */
                            reason: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/applications/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            job_id: number;
                            job_title: string | null;
                            company_name: string | null;
                            /** @description A state; what the legacy system has, if that is none. */
                            status: string;
                            /** @description Where it may go from here. */
                            may_become: ("saved" | "applied" | "screening" | "interview" | "offer" | "accepted" | "rejected" | "withdrawn" | "ghosted")[];
                            /** @description The legacy system has brought it here by a way, or to a place, that there is none. */
                            irregular: boolean;
                            source: {
                                /** @enum {string} */
                                kind: "job_board" | "company_site" | "referral" | "recruiter" | "network" | "event" | "search" | "other";
                                /** @description Which board, who. */
                                detail?: string;
                            } | null;
                            next_action: {
                                id: number;
                                what: string;
                                /** Format: date-time */
                                due_at: string;
                                /** Format: date-time */
                                remind_at: string | null;
                                /** Format: date-time */
                                reminded_at: string | null;
                            } | null;
                            /** Format: date-time */
                            applied_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            updated_at: string;
                            cover_letter: string | null;
                            contacts: {
                                id: number;
                                name: string;
                                role: string | null;
                                email: string | null;
                                phone: string | null;
                                /** Format: date-time */
                                created_at: string;
                            }[];
                            /** @description The posting as it was is kept. */
                            has_posting: boolean;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/applications/{id}/contacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        name: string;
                        role?: string;
                        email?: string;
                        phone?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            name: string;
                            role: string | null;
                            email: string | null;
                            phone: string | null;
                            /** Format: date-time */
                            created_at: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/applications/{id}/contacts/{contactId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                    contactId: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/applications/{id}/documents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            application_id: number | null;
                            name: string;
                            kind: string;
                            /** @description Which one of the documents of this kind that its user has uploaded. */
                            version: number | null;
                            url: string;
                            content_type: string;
                            size_bytes: number;
                            /**
                             * @description Whether it was looked into for harm. Nobody gets what is `pending` or `infected`. `unscanned`: nothing here looks into files. `elsewhere`: it was never uploaded here, and its url is all that is known of it.
                             * @enum {string}
                             */
                            scan: "pending" | "clean" | "infected" | "unscanned" | "elsewhere";
                            /** Format: date-time */
                            created_at: string;
                        }[];
                    };
                };
            };
        };
        put?: never;
        /** @description The file is the body. What the application has already is answered with 200; what its user has uploaded before is the same version. */
        post: {
            parameters: {
                query: {
                    name: string;
                    kind: "resume" | "cover_letter" | "portfolio" | "other";
                };
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            application_id: number | null;
                            name: string;
                            kind: string;
                            /** @description Which one of the documents of this kind that its user has uploaded. */
                            version: number | null;
                            url: string;
                            content_type: string;
                            size_bytes: number;
                            /**
                             * @description Whether it was looked into for harm. Nobody gets what is `pending` or `infected`. `unscanned`: nothing here looks into files. `elsewhere`: it was never uploaded here, and its url is all that is known of it.
                             * @enum {string}
                             */
                            scan: "pending" | "clean" | "infected" | "unscanned" | "elsewhere";
                            /** Format: date-time */
                            created_at: string;
                        };
                    };
                };
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            application_id: number | null;
                            name: string;
                            kind: string;
                            /** @description Which one of the documents of this kind that its user has uploaded. */
                            version: number | null;
                            url: string;
                            content_type: string;
                            size_bytes: number;
                            /**
                             * @description Whether it was looked into for harm. Nobody gets what is `pending` or `infected`. `unscanned`: nothing here looks into files. `elsewhere`: it was never uploaded here, and its url is all that is known of it.
                             * @enum {string}
                             */
                            scan: "pending" | "clean" | "infected" | "unscanned" | "elsewhere";
                            /** Format: date-time */
                            created_at: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/applications/{id}/documents/from-version": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Attaches what its user has uploaded before, with this application or another one. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @enum {string} */
                        kind: "resume" | "cover_letter" | "portfolio" | "other";
                        version: number;
                        name?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            application_id: number | null;
                            name: string;
                            kind: string;
                            /** @description Which one of the documents of this kind that its user has uploaded. */
                            version: number | null;
                            url: string;
                            content_type: string;
                            size_bytes: number;
                            /**
                             * @description Whether it was looked into for harm. Nobody gets what is `pending` or `infected`. `unscanned`: nothing here looks into files. `elsewhere`: it was never uploaded here, and its url is all that is known of it.
                             * @enum {string}
                             */
                            scan: "pending" | "clean" | "infected" | "unscanned" | "elsewhere";
                            /** Format: date-time */
                            created_at: string;
                        };
                    };
                };
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            application_id: number | null;
                            name: string;
                            kind: string;
                            /** @description Which one of the documents of this kind that its user has uploaded. */
                            version: number | null;
                            url: string;
                            content_type: string;
                            size_bytes: number;
                            /**
                             * @description Whether it was looked into for harm. Nobody gets what is `pending` or `infected`. `unscanned`: nothing here looks into files. `elsewhere`: it was never uploaded here, and its url is all that is known of it.
                             * @enum {string}
                             */
                            scan: "pending" | "clean" | "infected" | "unscanned" | "elsewhere";
                            /** Format: date-time */
                            created_at: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/applications/{id}/documents/{documentId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                    documentId: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/applications/{id}/documents/{documentId}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                    documentId: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The file, to be saved and never to be shown in its place. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/octet-stream": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/applications/{id}/documents/{documentId}/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description An address by which anybody gets the file, without a login, for a while. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                    documentId: number;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description Default 300. */
                        seconds?: number;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            url: string;
                            /** Format: date-time */
                            expires_at: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/applications/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description What happened, with who and why, up to a time, and what was then. */
        get: {
            parameters: {
                query?: {
                    /** @description What was then; without it, what is now. */
                    at?: string;
                };
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** Format: date-time */
                            as_of: string;
                            /** @description What it was then; null: it was not there yet. */
                            status: string | null;
                            source: string | null;
                            contact_ids: number[];
                            next_action_id: number | null;
                            entries: {
                                /** Format: date-time */
                                at: string;
                                /** @description `created`, `moved`, `source`, `note`, `contact`, `contact_removed`, `next_action`, `next_action_done`, `document`, `document_removed`. */
                                what: string;
                                from: string | null;
                                to: string | null;
                                /** @description Of the note, the contact, the document, the action. */
                                id: number | null;
                                /** @description The account; null: the legacy system did not say. */
                                who: string | null;
                                why: string | null;
                                irregular: boolean;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/applications/{id}/next-action": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        what: string;
                        /**
                         * Format: date-time
                         * @description When it is to be done.
                         */
                        due_at: string;
                        /**
                         * Format: date-time
                         * @description When to be told; without it nobody is.
                         */
                        remind_at?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            what: string;
                            /** Format: date-time */
                            due_at: string;
                            /** Format: date-time */
                            remind_at: string | null;
                            /** Format: date-time */
                            reminded_at: string | null;
                        };
                    };
                };
            };
        };
        post?: never;
        /** @description It is done, or need not be done any more. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/applications/{id}/posting": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            job_id: number;
                            title: string;
                            company_name: string;
                            location: string | null;
                            job_type: string | null;
                            remote: boolean | null;
                            salary_min: number | null;
                            salary_max: number | null;
                            requirements: string[];
                            description: string | null;
                            /** Format: date-time */
                            kept_at: string;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/applications/{id}/source": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @enum {string} */
                        kind: "job_board" | "company_site" | "referral" | "recruiter" | "network" | "event" | "search" | "other";
                        /** @description Which board, who. */
                        detail?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @enum {string} */
                            kind: "job_board" | "company_site" | "referral" | "recruiter" | "network" | "event" | "search" | "other";
                            /** @description Which board, who. */
                            detail?: string;
                        };
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/applications/{id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "saved" | "applied" | "screening" | "interview" | "offer" | "accepted" | "rejected" | "withdrawn" | "ghosted";
                        /** @description Why: kept with what happened, for its user alone. */
                        reason?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: number;
                            job_id: number;
                            job_title: string | null;
                            company_name: string | null;
                            /** @description A state; what the legacy system has, if that is none. */
                            status: string;
                            /** @description Where it may go from here. */
                            may_become: ("saved" | "applied" | "screening" | "interview" | "offer" | "accepted" | "rejected" | "withdrawn" | "ghosted")[];
                            /** @description The legacy system has brought it here by a way, or to a place, that there is none. */
                            irregular: boolean;
                            source: {
                                /** @enum {string} */
                                kind: "job_board" | "company_site" | "referral" | "recruiter" | "network" | "event" | "search" | "other";
                                /** @description Which board, who. */
                                detail?: string;
                            } | null;
                            next_action: {
                                id: number;
                                what: string;
                                /** Format: date-time */
                                due_at: string;
                                /** Format: date-time */
                                remind_at: string | null;
                                /** Format: date-time */
                                reminded_at: string | null;
                            } | null;
                            /** Format: date-time */
                            applied_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            updated_at: string;
                        };
                    };
                };
            };
        };
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: never;
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    deleteAccount: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
