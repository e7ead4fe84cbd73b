/* Writing the edges of a step, as tape/record.py, and packing several values into one, as `packed` of tape/call.py. */
#include "native.h"

int write_edge(TapeFields *t, Py_ssize_t slot, PyObject *const parts[4], PyObject *const *kept, Py_ssize_t n)
{
    PyObject *edge = PyTuple_New(5 + n), *number = PyLong_FromSsize_t(slot);
    if (edge == NULL || number == NULL) {
        Py_XDECREF(edge);
        Py_XDECREF(number);
        return -1;
    }
    PyTuple_SET_ITEM(edge, 0, number);
    for (int i = 0; i < 4; i++)
        PyTuple_SET_ITEM(edge, 1 + i, Py_NewRef(parts[i]));
    for (Py_ssize_t i = 0; i < n; i++)
        PyTuple_SET_ITEM(edge, 5 + i, Py_NewRef(kept[i]));
    int failed = PyList_Append(t->edges, edge);
    Py_DECREF(edge);
    return failed;
}

int write_step(TapeFields *t, Py_ssize_t slot, PyObject *rule, PyObject *edges)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(edges); i++) {
        PyObject **edge = ((PyTupleObject *)PyList_GET_ITEM(edges, i))->ob_item, *kept = edge[3];
        PyObject *parts[] = {rule, edge[0], edge[1], edge[2]};
        if (write_edge(t, i ? ~slot : slot, parts, ((PyTupleObject *)kept)->ob_item, PyTuple_GET_SIZE(kept)) < 0)
            return -1;
    }
    return 0;
}

PyObject *pack_items(PyObject *tape, PyObject *items)
{
    Py_ssize_t slot = next_slot((TapeFields *)tape), mark = slot;
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items); i++) {
        ValueFields *v = (ValueFields *)PySequence_Fast_GET_ITEM(items, i);
        if (!looks_traced((PyObject *)v) || v->tape != tape)
            continue;
        PyObject *index = PyLong_FromSsize_t(i), *parts[] = {python.pack, v->slot, v->home, python.getitem};
        int failed = index == NULL || write_edge((TapeFields *)tape, mark, parts, &index, 1) < 0;
        Py_XDECREF(index);
        if (failed)
            return NULL;
        mark = ~slot;
    }
    return PyLong_FromSsize_t(slot);
}
