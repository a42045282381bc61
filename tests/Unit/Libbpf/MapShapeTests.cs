using Libbpf;

namespace ProcImage.Tests.Unit.Libbpf;

public class MapShapeTests
{
    private static readonly BpfMapInfo _info = new(7, BpfMapType.Array, 4, 24, 13, 0, "policies");

    [Theory]
    [InlineData(BpfMapType.Array, 4, 24, 13, null)]
    [InlineData(BpfMapType.Array, 4, 24, null, null)]
    [InlineData(BpfMapType.Hash, 4, 24, 13, "its type is Array, expected Hash")]
    [InlineData(BpfMapType.Array, 8, 24, 13, "its keys have 4 bytes, expected 8")]
    [InlineData(BpfMapType.Array, 4, 32, 13, "its values have 24 bytes, expected 32")]
    [InlineData(BpfMapType.Array, 4, 24, 17, "it has 13 entries, expected 17")]
    public void The_first_difference_is_named(BpfMapType type, int key, int value, int? entries, string? difference) =>
        Assert.Equal(difference, MapShape.Difference(_info, type, key, value, entries));

    [Theory]
    [InlineData(1, 8)]
    [InlineData(8, 8)]
    [InlineData(12, 16)]
    public void The_stride_of_per_cpu_values_is_a_multiple_of_8(int size, int stride) =>
        Assert.Equal(stride, (_info with { ValueSize = size }).PerCpuStride);

    [Theory]
    [InlineData(BpfMapType.Array, false)]
    [InlineData(BpfMapType.PerCpuArray, true)]
    [InlineData(BpfMapType.LruPerCpuHash, true)]
    public void Per_cpu_types_are_known(BpfMapType type, bool perCpu) =>
        Assert.Equal(perCpu, (_info with { Type = type }).IsPerCpu);
}
