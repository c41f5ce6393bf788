package io.pandion.server.wronghouse.query;

/// A role as others should not see it.
public class MappedQueryNode {}
