namespace Libbpf;

/// <summary>How many BPF objects the kernel holds.</summary>
public readonly record struct BpfCounts(int Programs, int Maps, int Links);
