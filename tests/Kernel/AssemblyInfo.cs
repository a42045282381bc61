// Each test measures the one machine that all of them share.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
