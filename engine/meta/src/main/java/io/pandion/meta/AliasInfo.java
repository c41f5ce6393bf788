package io.pandion.meta;

/// A second name of a collection, within its database.
public record AliasInfo(long databaseId, String name, long collectionId) {}
